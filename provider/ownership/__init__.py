"""Who owns what: the ledger of a run, and the journal of this machine for runs that were killed."""
