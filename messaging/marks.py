"""What the law wants to see in advertising, put in where it is missing (F3).

정보통신망법 제50조, 시행령 별표 6: "(광고)" at the start, the sender's name, a free way to refuse.
Marks that are altered are known by `messaging/fakes.py`.
"""

import re

from messaging.law import Law, Place, Rules
from messaging.models import Channel, Purpose

MARK = "(광고)"

# What stands between the mark and the name, and around a name at a start: [상점], 【상점】, <상점>.
_OPENERS = " [【<〈「『(《"
# A refusal line as the carriers accept it, at the end of a text, with its number.
_REFUSAL = re.compile(r"무료(?:수신)?거부\s*:?\s*([0-9][0-9 -]*)\s*$")


def finish(
    text: str,
    title: str,
    *,
    law: Law,
    channel: Channel,
    purpose: Purpose,
    shop: str,
    opt_out_number: str,
) -> tuple[str, str]:
    """Title and text as they leave, with all that the law asks of advertising.

    What is there already stays as it is, so finishing twice adds nothing; only another number to
    refuse at, such as one that the shop had before, gives its place at the end to the shop's own.
    Information is not touched. Without the shop's number no line about it is added: such a message
    may not be sent (C8), which is not decided here.
    """
    rules = law.advertising.get(channel)
    if purpose != Purpose.ADVERTISING or rules is None:
        return title, text
    if rules.place == Place.TITLE:
        title = _begun(title, rules, shop, " ")
    else:
        text = _begun(text, rules, shop, "\n")
    return title, _ended(text, rules, opt_out_number)


def _begun(text: str, rules: Rules, shop: str, gap: str) -> str:
    """The text with mark and name at its start."""
    marked = bool(rules.mark) and text.startswith(rules.mark)
    rest = text[len(rules.mark) :].lstrip() if marked else text
    named = not (rules.names_shop and shop) or rest.lstrip(_OPENERS).startswith(shop)
    if named:
        return text if marked or not rules.mark else f"{rules.mark} {text}"
    head = f"{rules.mark} {shop}" if rules.mark else shop
    return f"{head}{gap}{rest}" if rest else head


def _ended(text: str, rules: Rules, number: str) -> str:
    """The text with the way to refuse at its end."""
    if not rules.refusal or (rules.needs_number and not number):
        return text
    line = rules.refusal.format(number=number)
    bare = text.rstrip()
    if bare.endswith(line):
        return text
    said = _REFUSAL.search(bare[-60:]) if rules.needs_number else None
    if said and _digits(said[1]) == _digits(number):
        return text
    if said:
        bare = bare[: -len(said[0])].rstrip()
    return f"{bare}\n{line}" if bare else line


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def is_marked(text: str) -> bool:
    """Whether a text begins with the mark, unaltered."""
    return text.lstrip().startswith(MARK)


def is_named(text: str, shop: str) -> bool:
    """Whether the shop's name, as a word, follows the mark at a text's start."""
    rest = text.lstrip().removeprefix(MARK).lstrip().lstrip(_OPENERS)
    return is_marked(text) and bool(re.match(rf"{re.escape(shop)}(?!\w)", rest))
