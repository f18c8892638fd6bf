"""Manifests for the Pulumi Kubernetes Operator."""
