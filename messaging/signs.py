"""Signs that no wording may hold."""

import re
import unicodedata

# A zero-width joiner is honest only where it joins emoji.
_EMOJI = "\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
# Control signs but the line break; marks of direction; blanks without width; letters that show
# nothing; halves of characters; what is private, or no character at all.
_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff]"
    f"|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
)
_SHOWN = 3  # signs that an error names


def hidden_signs(text: str) -> list[str]:
    """The first signs that nobody sees, or that turn what follows, by their code: U+202E."""
    found = dict.fromkeys(match[0] for match in _HIDDEN.finditer(text))
    return [f"U+{ord(sign):04X}" for sign in list(found)[:_SHOWN]]


def unseen(text: str) -> bool:
    """Whether there is nothing in the text that anybody would see."""
    return all(unicodedata.category(sign)[0] in "CZ" for sign in _HIDDEN.sub("", text))


def not_in_cp949(text: str) -> list[str]:
    """The first signs that a text message can't hold, such as emoji, as they stand."""
    try:
        text.encode("cp949")
    except UnicodeEncodeError:
        return [sign for sign in dict.fromkeys(text) if not _fits(sign)][:_SHOWN]
    return []


def _fits(sign: str) -> bool:
    try:
        sign.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True
