"""Upkeep of the regions."""
