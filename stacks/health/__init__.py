"""What must be right before a first preview or update, checked one by one. Only reads."""
