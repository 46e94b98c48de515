"""What passes for what the law puts into advertising, and is not it (F3, 시행령 별표 6: unaltered).

That is the mark at the start, and the shop's own free number to refuse at.
"""

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


def faked_mark(text: str, shop: str = "") -> bool:
    """Whether a text begins with something that passes for the mark and is not it.

    Other brackets, full-width signs, spaces or unseen signs inside, half a bracket, another word
    for it, another sign before it. A heading that speaks of advertising
    ("[광고성 정보 수신동의 안내]") is none. A mark of its own, unaltered, is none either; a second
    one behind it or behind the shop's name is, since it would be read twice.
    """
    text = text[: _START * 2].removeprefix(MARK).lstrip()
    start = _plain(text[:_START])
    return _is_framed(start) or _is_fake(start) or _is_framed(_behind_name(_plain(text), shop))


def _behind_name(text: str, shop: str) -> str:
    """What stands behind the shop's name, or its variable, at a text's start; empty without."""
    names = "|".join(re.escape(_plain(name)) for name in ("상점명", shop) if name)
    found = re.match(rf"{_SIGNS}(?:{names})(?P<rest>.*)", text, re.DOTALL)
    return found["rest"] if found else ""


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


_FEW = r"[\W_]{0,2}"
_DIGIT = r"[\do]"
# In groups as numbers are written, or digit by digit.
_NUMBER = (
    rf"(?:(?:[+]82{_FEW}{_DIGIT}?|[0o]){_DIGIT}{{1,2}}{_FEW}{_DIGIT}{{3,4}}{_FEW}{_DIGIT}{{4}}"
    rf"|1[568]\d\d{_FEW}\d{{4}}|0(?:{_FEW}{_DIGIT}){{8,11}})(?!{_DIGIT})"
)
_WHAT = rf"(?:{'|'.join(map(_spread, ('수신', '문자', '광고')))})"
_NO = rf"(?:동의{_FEW})?(?:{'|'.join(map(_spread, ('거부', '차단', '철회', '해지', '중단')))})"
_NO += rf"(?!{_FEW}해제)"  # what ends a refusal
_REFUSAL = re.compile(
    rf"(?P<free>{_spread('무료')}{_FEW}(?:{_WHAT}{_FEW})*{_NO}|配信停止|配信拒否|配信解除|受信拒否)"
    rf"|(?:{_WHAT}{_FEW})+{_NO}|unsubscribe|opt[\W_]?out|(?P<bare>\b거부)"
)
# What stands between the words and their number: signs, or a few words of the same sentence.
_BEHIND_WORD = re.compile(rf"[\W_]{{0,6}}(?P<number>{_NUMBER})")
_BEHIND_WORDS = re.compile(rf"[^\d\n,.;/|!?]{{0,16}}(?P<number>{_NUMBER})")
_BEFORE = re.compile(rf"(?P<number>{_NUMBER})[^\w\n]{{0,3}}(?:번?으?로|에서?)?[^\w\n]{{0,3}}\Z")
_LINE = 48  # signs before the words in which their number may begin


def faked_refusal(text: str, own: str) -> str:
    """The first number that a text says one can refuse at and that is not the shop's `own`.

    Empty for none. A refusal word has a number behind it, or close before it on its line: an 080
    number, spaced or full-width, whatever the word; any other where the word says that it is free.
    A number without such a word ("고객센터 080-111-2222") is one to call and no fake, and so are
    the words alone ("수신거부는 앱 설정에서"). The shop's own number may stand anywhere.
    """
    plain = _plain(text)
    for word in _REFUSAL.finditer(plain):
        found = _number_of(word, plain)
        if found and _digits(found) != _digits(own):
            return found
    return ""


def _number_of(word: re.Match[str], plain: str) -> str:
    """The number that a refusal word speaks of; empty for none."""
    behind = _BEHIND_WORD.match(plain, word.end())
    if not behind and not word["bare"]:
        behind = _BEHIND_WORDS.match(plain, word.end())
    before = _BEFORE.search(plain[max(0, word.start() - _LINE) : word.start()])
    if behind and (word["free"] or _is_free(behind["number"])):
        return behind["number"]
    return before["number"] if before and not behind and _is_free(before["number"]) else ""


def _is_free(number: str) -> bool:
    return _digits(number).startswith("080")


def _digits(number: str) -> str:
    """A Korean number as it is dialled at home."""
    digits = "".join(sign for sign in number.replace("o", "0") if sign.isdigit())
    return f"0{digits[2:].removeprefix('0')}" if number.startswith("+82") else digits
