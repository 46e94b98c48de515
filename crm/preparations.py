"""What a shop needs before it can send (C8): a checklist that blocks what needs it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from messaging.gateways import reaches_people
from messaging.models import Channel, Gateway
from orders.models import Shop


@dataclass(frozen=True, slots=True)
class Preparation:
    """One thing to prepare. `blocks` names what can't be sent without it.

    `later` marks what Dangol does not offer yet and nothing needs now: neither done nor missing.
    `url` leads to where it can be mended; empty where there is nothing to do.
    """

    key: str
    title: str
    done: bool
    note: str
    blocks: str
    url: str
    later: bool = False

    @property
    def state(self) -> str:
        """done, open or later: how the checklist shows it."""
        if self.later:
            return "later"
        return "done" if self.done else "open"


def preparations(shop: Shop) -> list[Preparation]:
    """The four preparations as they stand. One query."""
    gateway = Gateway.objects.for_shop(shop).filter(channel=Channel.ALIMTALK).first()
    return [
        _later(
            "sender_number",
            _("Sender number"),
            note=_("Text messages come later. Nothing needs a number now."),
            blocks=_("Text messages"),
        ),
        _kakao_channel(gateway),
        _later(
            "points",
            _("Points"),
            note=_("The built-in phone costs none, so you need none now."),
            blocks=_("Paid channels"),
        ),
        _later(
            "opt_out_number",
            _("080 opt-out number"),
            note=_("Only advertising by text needs it, and that comes later."),
            blocks=_("Advertising by text"),
        ),
    ]


def progress(found: Iterable[Preparation]) -> tuple[int, int]:
    """How many are done, of how many that are needed now."""
    needed = [preparation for preparation in found if not preparation.later]
    return sum(preparation.done for preparation in needed), len(needed)


def _later(key: str, title: str, *, note: str, blocks: str) -> Preparation:
    """One that nothing needs yet: neither done nor missing."""
    return Preparation(
        key=key, title=title, done=False, note=note, blocks=blocks, url="", later=True
    )


def _kakao_channel(gateway: Gateway | None) -> Preparation:
    if gateway is None:
        note = _("No channel is connected, so no Alimtalk can go out.")
    elif not reaches_people(gateway.provider):
        note = _("The built-in phone: messages arrive on this screen, nobody real is reached.")
    else:
        note = _("Connected.")
    return Preparation(
        key="kakao_channel",
        title=_("Kakao channel"),
        done=gateway is not None,
        note=note,
        blocks=_("Alimtalk"),
        url="" if gateway else reverse("crm:shop_settings") + "#channel",
    )
