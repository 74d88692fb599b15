"""Pages of a person's address book."""
