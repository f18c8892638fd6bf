"""The tenant: its objects, how it behaves, and what reads may still not show."""
