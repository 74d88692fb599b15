"""What can happen to accounts."""
