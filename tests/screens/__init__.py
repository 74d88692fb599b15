"""Pictures of every main screen, for eyes. ``python -m tests.screens`` draws them into ``docs/screens``."""
