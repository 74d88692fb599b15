"""Attacks of an outsider, as tests."""
