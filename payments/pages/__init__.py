"""What people see of their money."""
