"""People at browsers, and the processes that serve them."""
