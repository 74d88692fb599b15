"""What can happen in notifications."""
