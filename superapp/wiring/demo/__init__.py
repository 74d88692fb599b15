"""The demo world: people who never were, and what they say to each other."""
