"""Who may do what: passwords, accounts, sessions, tokens, permissions, masking. Knows nothing of HTTP."""
