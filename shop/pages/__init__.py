"""HTML pages of the shop."""
