"""What a tenant has already: read, written as entries of a stack file, and taken into a state with a proof."""
