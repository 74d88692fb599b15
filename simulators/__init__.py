"""Stand-ins for the companies that the product deals with: processes of their own, known by their wire alone."""
