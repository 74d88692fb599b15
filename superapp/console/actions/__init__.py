"""Writes of the console."""
