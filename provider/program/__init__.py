"""What a program uses: the class of every resource, the check of its inputs, and how a program ends."""
