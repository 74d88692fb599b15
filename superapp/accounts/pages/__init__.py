"""HTML pages of accounts: log-in, contacts, profile."""
