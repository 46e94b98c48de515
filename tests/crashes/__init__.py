"""SIGKILL at every point of a message's way, by name and statement by statement (F1)."""
