"""Periodic tasks of notifications."""
