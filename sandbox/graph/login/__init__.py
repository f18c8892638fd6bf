"""Microsoft's sign-in service: tokens, and who gets one."""
