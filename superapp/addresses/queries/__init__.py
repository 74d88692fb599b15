"""Reads of regions and address books."""
