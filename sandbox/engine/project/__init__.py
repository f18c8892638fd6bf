"""Pulumi.yaml and the stack file."""
