"""A courier with play parcels, as a process of its own."""
