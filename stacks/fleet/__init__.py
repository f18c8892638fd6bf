"""Many stacks with one command: which, in what order, what became of each, and what they have in common."""
