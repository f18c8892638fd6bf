"""What only a stand-in has: faults, a journal, and changes in the admin center."""
