"""Goods of the demo shops, drawn by code: each a thing of its own on a table by a window."""
