"""Desks of payments at the operator's console."""
