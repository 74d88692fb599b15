"""Endpoints of addresses, registered when they are imported."""
