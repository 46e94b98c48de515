"""E-mail over the shop's own mail server (RFC 5321)."""
