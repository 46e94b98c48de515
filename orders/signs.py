"""Signs that no wording, name or reason may hold."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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


def hidden_in_line(text: str) -> list[str]:
    """As `hidden_signs`, of a text of one line: it holds no line break either."""
    return hidden_signs(text) or (["U+000A"] if "\n" in text else [])


def check_line(text: str) -> None:
    """Refuse what a text of one line, such as a name or a reason, can't hold; forms call it, too.

    Raises ValidationError, in words for who typed it, where there is nothing to read, or what
    `hidden_in_line` finds.
    """
    if unseen(text):
        raise ValidationError(_("It must hold something to read."))
    if signs := hidden_in_line(text):
        raise ValidationError(
            _(
                "It can't hold line breaks, or signs that nobody can see or that turn the text"
                " (%(signs)s)."
            )
            % {"signs": ", ".join(signs)}
        )
