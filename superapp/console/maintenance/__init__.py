"""Upkeep of the console."""
