"""Reading goods and orders; the asker is an argument, and a stranger learns nothing."""
