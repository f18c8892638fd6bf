"""What people see of an operation. Each view is an listener: it hears events and writes text, and decides nothing."""
