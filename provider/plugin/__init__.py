"""The process that Pulumi starts for the provider: its host, what it knows of the run, and its end."""
