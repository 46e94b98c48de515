"""How long a text is, as the channel counts it."""

MOST_SMS = 90  # bytes in CP949


def is_short(text: str) -> bool:
    """Whether a text goes as SMS; a longer one goes as LMS."""
    return len(text.encode("cp949", "replace")) <= MOST_SMS
