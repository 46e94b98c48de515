"""How long a text message and its title may be: carriers count bytes of CP949.

What CP949 can't hold counts as one byte, as a question mark would. Gateways and checks share this,
so it imports neither.
"""

MOST_SMS = 90  # bytes
MOST_LMS = 2000
MOST_LMS_TITLE = 40


def cp949_bytes(text: str) -> int:
    """How long carriers count a text."""
    return len(_encoded(text))


def is_short(text: str) -> bool:
    """Whether a text goes as SMS; a longer one goes as LMS."""
    return cp949_bytes(text) <= MOST_SMS


def cut_title(title: str) -> str:
    """As much of a title as an LMS may have, without half a sign at its end."""
    return _encoded(title)[:MOST_LMS_TITLE].decode("cp949", "ignore")


def _encoded(text: str) -> bytes:
    return text.encode("cp949", "replace")
