"""What people see of accounts: logging in, whom they know, who they are."""
