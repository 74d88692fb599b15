"""Attacks of outsiders on the running product, and proofs that nothing is open by accident."""
