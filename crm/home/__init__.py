"""The front page: how a shop stands."""
