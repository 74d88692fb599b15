"""HTML pages of angpao."""
