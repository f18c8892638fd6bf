"""What tenants get: the program that reads a stack's config, and one stack file per tenant beside it."""
