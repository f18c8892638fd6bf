"""The commands of `python -m stacks`: what each takes and prints. What a command does is in the folders beside."""
