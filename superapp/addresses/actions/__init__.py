"""Actions of addresses: each function is one thing that can happen."""
