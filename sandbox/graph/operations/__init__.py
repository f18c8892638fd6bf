"""
What the routes do, a module for each noun.

An operation takes a `Call` and returns a `Response` or raises a `ServiceError`. It checks the body before it takes the
store's lock, and puts into the store last.
"""
