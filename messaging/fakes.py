"""What passes for the mark of advertising and is not it (F3, 시행령 별표 6: unaltered)."""

import re
import unicodedata

from messaging.marks import MARK

# A mark has to come first; nobody takes for one what stands further on.
_START = 64
# Letters that show nothing, and foreign ones that look like a, d and s.
_FOLDED = str.maketrans(
    dict.fromkeys("\u115f\u1160\u3164\uffa0\u17b4\u17b5", "\u200b")
    | dict(zip("аɑαԁɗѕ", "aaadds", strict=True))
)
_SIGNS = r"[\W_]*"
# What a sentence may have behind its first word.
_SENTENCE = ",.?!·"


def faked_mark(text: str) -> bool:
    """Whether a text begins with something that passes for the mark and is not it.

    Other brackets, full-width signs, spaces or unseen signs inside, half a bracket, another word
    for it, another sign before it. A heading that speaks of advertising
    ("[광고성 정보 수신동의 안내]") is none. A mark of its own, unaltered, is none either.
    """
    text = text[: _START * 2]
    while text.startswith(MARK):
        # A second one behind it is as odd as a first that is altered.
        text = text[len(MARK) :].lstrip()
    start = _plain(text[:_START])
    return _is_framed(start) or _is_fake(start)


def _plain(text: str) -> str:
    """The text as an eye reads it; all brackets become round ones, fillers unseen signs."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(_BRACKETS.get(unicodedata.category(sign), sign) for sign in _folded(plain))


def _folded(text: str) -> str:
    return text.translate(_FOLDED).replace("<", "(").replace(">", ")")


_BRACKETS = {"Ps": "(", "Pi": "(", "Pe": ")", "Pf": ")"}


def _spread(word: str) -> str:
    """The word with any signs between its letters."""
    return _SIGNS.join(_plain(word))


_KOREAN = "|".join(map(_spread, ("광고", "廣告", "広告", "ㄱㅘㅇㄱㅗ", "ㄱㅗㅏㅇㄱㅗ")))
_LATIN = rf"advert(?:isement)?|{_spread('ad')}(?:s(?![^\W_]))?"
_FIRST = re.compile(
    rf"(?P<before>{_SIGNS})(?:(?P<korean>{_KOREAN})|(?P<latin>{_LATIN}))(?P<rest>.*)", re.DOTALL
)
# "(대출광고)", "(광고임)": the word with little beside it, in brackets.
_FRAMED = re.compile(rf"{_SIGNS}[(][^()]{{0,4}}광고[^\W_]{{0,2}}{_SIGNS}[)]")
_CLOSED = re.compile(r"[^\w(]*[)]")


def _is_framed(start: str) -> bool:
    return _FRAMED.match(start) is not None


def _is_fake(start: str) -> bool:
    """Whether the first word is one for advertising and is set apart as a mark is."""
    found = _FIRST.match(start)
    if not found:
        return False
    before, rest, korean = found["before"], found["rest"], found["korean"]
    if _CLOSED.match(rest):
        return True
    if rest and (rest[0].isalnum() or rest.lstrip()[:1] == "("):
        return False  # a longer word, or one with a remark behind it
    if before.rstrip().endswith("("):
        return ")" not in rest
    return korean is not None and _is_set_apart(before, korean, rest.lstrip())


def _is_set_apart(before: str, word: str, rest: str) -> bool:
    """Signs close before the word, in it, or behind it, that a sentence would not have there."""
    inside = any(not sign.isalnum() and not sign.isspace() for sign in word)
    behind = bool(rest) and not rest[0].isalnum() and rest[0] not in _SENTENCE
    return inside or behind or (bool(before) and not before[-1].isspace())
