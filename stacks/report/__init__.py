"""The report of a fleet: one page that needs no network, made of the records of runs and of the stack files."""
