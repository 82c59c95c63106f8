"""Who may: credentials to a caller, by keys, tokens and RBAC; limits; TLS."""
