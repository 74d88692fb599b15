"""Queries of products and orders. The person who asks is an argument; others cannot tell whether a row exists."""
