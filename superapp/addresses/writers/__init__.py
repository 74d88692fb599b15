"""SQL by hand for the hundred thousand rows of a dataset of regions."""
