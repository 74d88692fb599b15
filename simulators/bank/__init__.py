"""A simulated bank with play money: it speaks SNAP BI, keeps books of its own, and can be told to fail."""
