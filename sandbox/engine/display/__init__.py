"""What people see of an operation. Each view is an audience: it hears events and writes text, and decides nothing."""
