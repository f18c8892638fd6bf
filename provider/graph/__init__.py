"""
The only door to the network.

Nothing outside this package imports an HTTP library or a credential, and nothing outside it learns which one is used.
"""
