"""The steps of which an operation consists."""
