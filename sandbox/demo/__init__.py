"""The guided tours: of one stack (`python -m sandbox.demo`), and of many tenants (`python -m sandbox.demo.fleet`)."""
