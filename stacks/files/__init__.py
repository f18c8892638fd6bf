"""Stack files on the disk: read, edited as text, written at once."""
