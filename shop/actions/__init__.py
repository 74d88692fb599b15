"""Actions on shops, products and orders. Each function is one change in one transaction."""
