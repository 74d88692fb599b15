"""Actions of notifications: each function is one thing that can happen."""
