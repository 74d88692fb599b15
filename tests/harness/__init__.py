"""What tests stand on: throw-away servers, databases that commit, processes to kill, people at browsers."""
