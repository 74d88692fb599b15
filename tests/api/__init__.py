"""The API against its own description, by programs that look for what nobody thought of."""
