"""Files from which regions are read."""
