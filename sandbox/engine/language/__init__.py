"""The language host's part: running the program, in a process of its own."""
