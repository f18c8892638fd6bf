"""
The bench: what this provider costs, as ratios from one run against one sandbox.

``python -m bench`` measures three subjects side by side with the same number of objects: this provider; the *floor*,
which is the same program with a provider that does nothing; and IntuneCD, a client that others wrote. It writes
docs/benchmarks.md. Seconds belong to the machine they were measured on, so only ratios are judged.
"""
