"""What can be done about a reason for leaving out, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from messaging.reasons import ADVICE, Advice, reason_words

_NONE = Advice("")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many messages, for a reason in words; `url` and `action` where it can be mended.

    `blocked` is what the shop itself holds back; the rest is the customers' own.
    """

    messages: int
    words: str
    url: str = ""
    action: str | Promise = ""
    blocked: bool = False


def left_out(reasons: Iterable[tuple[str, int]]) -> list[LeftOut]:
    """Counted reasons as a page shows them, most first."""
    return [_line(reason, n) for reason, n in sorted(reasons, key=lambda found: -found[1])]


def _line(reason: str, messages: int) -> LeftOut:
    advice = ADVICE.get(reason, _NONE)
    url = reverse(advice.page) + advice.place if advice.page else ""
    return LeftOut(messages, reason_words(reason), url, advice.action, advice.by_shop)
