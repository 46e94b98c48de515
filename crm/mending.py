"""What can be done about a reason for leaving out, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.models import Reason
from messaging.reading import reason_words

_WAYS: dict[str, tuple[str, str, Promise]] = {
    Reason.NO_GRANT_BASIS: ("crm:coupons", "?basis=none", _("Write the grant basis")),
    Reason.NO_ADDRESS: ("crm:customers", "", _("Open the members")),
    Reason.NO_TEMPLATE: ("messaging:templates", "", _("Open the templates")),
    Reason.NO_GATEWAY: ("crm:shop_settings", "#channel", _("Connect")),
}

_BLOCKED = (Reason.NO_GRANT_BASIS, Reason.NO_TEMPLATE, Reason.NO_GATEWAY)


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
    most_first = sorted(reasons, key=lambda found: -found[1])
    return [
        LeftOut(number, reason_words(reason), *_way(reason), blocked=reason in _BLOCKED)
        for reason, number in most_first
    ]


def _way(reason: str) -> tuple[str, str | Promise]:
    name, rest, action = _WAYS.get(reason, ("", "", _("Connect")))
    try:
        return (reverse(name) + rest, action) if name else ("", "")
    except NoReverseMatch:
        return "", ""
