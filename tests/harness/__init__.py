"""Test infrastructure: throw-away servers, committing databases, processes to kill, browsers."""
