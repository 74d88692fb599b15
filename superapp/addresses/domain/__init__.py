"""Rules of addresses without I/O."""
