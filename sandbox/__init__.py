"""A world to try the project in, with no tenant and no Pulumi CLI; it imports nothing of provider/ or stacks/."""
