"""One script for each promise, each against a limit that is measured in alternation in the same run."""
