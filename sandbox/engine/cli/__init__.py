"""The command line: what can be asked, and the commands."""
