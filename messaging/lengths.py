"""How long a text message and its title may be: carriers count bytes of CP949.

What CP949 can't hold counts as one byte, as a question mark would. Gateways and checks share this,
so it imports neither.
"""

import unicodedata

MOST_SMS = 90  # bytes
MOST_LMS = 2000
MOST_LMS_TITLE = 40

_SHOWN = 3  # signs that an error names


def cp949_bytes(text: str) -> int:
    """How long carriers count a text."""
    return len(_encoded(text))


def is_short(text: str) -> bool:
    """Whether a text goes as SMS; a longer one goes as LMS."""
    return cp949_bytes(text) <= MOST_SMS


def cut_title(title: str) -> str:
    """As much of a title as an LMS may have, without half a sign at its end."""
    return _encoded(title)[:MOST_LMS_TITLE].decode("cp949", "ignore")


def not_in_cp949(text: str) -> list[str]:
    """The first signs that a text message can't hold, such as emoji; a blank by its code."""
    found = [sign for sign in dict.fromkeys(text) if sign != "?" and _encoded(sign) == b"?"]
    # What joins emoji or colours them goes with them.
    shown = [sign for sign in found if sign not in "\u200d\ufe0f"] or found
    return [_named(sign) for sign in shown[:_SHOWN]]


def _named(sign: str) -> str:
    """The sign as it stands, or its code (U+00A0) where nobody would see it by itself."""
    return f"U+{ord(sign):04X}" if unicodedata.category(sign)[0] in "CMZ" else sign


def _encoded(text: str) -> bytes:
    return text.encode("cp949", "replace")
