"""Actions on shops, products and orders: each function is one change in one transaction."""
