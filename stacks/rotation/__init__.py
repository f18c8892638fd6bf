"""The issuer of derived-credential settings, changed step by step."""
