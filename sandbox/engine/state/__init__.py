"""What a state holds, and the file that keeps it."""
