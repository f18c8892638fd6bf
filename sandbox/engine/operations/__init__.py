"""The operations: update, refresh, destroy and import, each a run."""
