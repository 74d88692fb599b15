"""What people see of selling."""
