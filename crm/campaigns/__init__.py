"""One module a kind of campaign; each has `plan`."""
