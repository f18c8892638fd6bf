"""
A stand-in for the Pulumi engine, for where its CLI cannot be had; it runs the real program and the real plugin.

`python -m sandbox.engine` is its command line, `sandbox.engine.engine.Engine` the same for Python.
"""
