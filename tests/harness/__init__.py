"""What tests stand on: throw-away servers, databases that really commit, processes that can be killed, people at browsers."""
