"""Desks of the shop at the operator's console."""
