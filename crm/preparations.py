"""What a shop needs before it can send (C8): a checklist that blocks what needs it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from messaging.gateways import reaches_people
from messaging.models import Channel, Gateway, MessageTemplate, Purpose, SendingSettings, Wallet
from messaging.sender_numbers import number_in_use
from messaging.services import paid_channels
from orders.masking import show_phone
from orders.models import Country, Shop


@dataclass(frozen=True, slots=True)
class Preparation:
    """One thing to prepare. `blocks` names what can't be sent without it.

    `later` marks what nothing in use needs: neither done nor missing.
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
    """The four preparations as they stand. One query, and some more for what real channels need."""
    gateways = Gateway.objects.for_shop(shop).values_list("channel", "provider")
    providers = {Channel(channel): provider for channel, provider in gateways}
    real = {channel for channel, provider in providers.items() if reaches_people(provider)}
    return [
        _sender_number(shop, real),
        _kakao_channel(providers.get(Channel.ALIMTALK)),
        _points(shop, real),
        _opt_out_number(shop, real),
    ]


def progress(found: Iterable[Preparation]) -> tuple[int, int]:
    """How many are done, of how many that are needed now."""
    needed = [preparation for preparation in found if not preparation.later]
    return sum(preparation.done for preparation in needed), len(needed)


def _sender_number(shop: Shop, real: Collection[Channel]) -> Preparation:
    title, blocks = _("Sender number"), _("Text messages")
    if Channel.TEXT not in real:
        note = _("No text provider is connected, so you need none now.")
        return _later("sender_number", title, note=note, blocks=blocks)
    number = number_in_use(shop)
    return _needed(
        "sender_number",
        title,
        done=number is not None,
        note=_("Texts come from %(number)s.") % {"number": show_phone(number.number)}
        if number
        else _("The law lets text come only from a registered number, and none is in use."),
        blocks=blocks,
        url=reverse("messaging:sender_numbers"),
    )


def _kakao_channel(provider: str | None) -> Preparation:
    if provider is None:
        note = _("No channel is connected, so no Alimtalk can go out.")
    elif not reaches_people(provider):
        note = _("The built-in phone: messages arrive on this screen, nobody real is reached.")
    else:
        note = _("Connected.")
    return _needed(
        "kakao_channel",
        _("Kakao channel"),
        done=provider is not None,
        note=note,
        blocks=_("Alimtalk"),
        url=reverse("messaging:gateway", args=[Channel.ALIMTALK]),
    )


def _points(shop: Shop, real: Collection[Channel]) -> Preparation:
    title, blocks = _("Points"), _("Paid channels")
    if not real or paid_channels().isdisjoint(real):
        note = _("Nothing that is connected costs any, so you need none now.")
        return _later("points", title, note=note, blocks=blocks)
    wallet = Wallet.objects.filter(shop=shop).first()
    available = wallet.available if wallet else 0
    return _needed(
        "points",
        title,
        done=available > 0,
        note=_("%(points)s points are there.") % {"points": f"{available:,}"}
        if available
        else _("There are none. What costs points is left out."),
        blocks=blocks,
        url=reverse("messaging:points"),
    )


def _opt_out_number(shop: Shop, real: Collection[Channel]) -> Preparation:
    title, blocks = _("080 opt-out number"), _("Advertising by text")
    if not _advertises_by_text(shop):
        note = _("Only advertising by text needs it, and you have no such template.")
        return _later("opt_out_number", title, note=note, blocks=blocks)
    if Channel.TEXT not in real:
        note = _("The built-in phone needs none; a provider that you connect will.")
        return _later("opt_out_number", title, note=note, blocks=blocks)
    sending = SendingSettings.objects.filter(shop=shop).first()
    number = sending.opt_out_number if sending else ""
    return _needed(
        "opt_out_number",
        title,
        done=bool(number),
        note=number or _("Advertising by text must name a free number by which people refuse it."),
        blocks=blocks,
        url=reverse("messaging:opt_out_number"),
    )


def _advertises_by_text(shop: Shop) -> bool:
    """Whether the shop has wording for it, in a country whose law asks for the number (F3)."""
    templates = MessageTemplate.objects.for_shop(shop).filter(
        channel=Channel.TEXT, purpose=Purpose.ADVERTISING
    )
    return shop.country == Country.KOREA and bool(templates.exists())


def _needed(key: str, title: str, *, done: bool, note: str, blocks: str, url: str) -> Preparation:
    """One that something in use needs; the way to mend it is shown as long as it is missing."""
    return Preparation(
        key=key, title=title, done=done, note=note, blocks=blocks, url="" if done else url
    )


def _later(key: str, title: str, *, note: str, blocks: str) -> Preparation:
    """One that nothing in use needs: neither done nor missing."""
    return Preparation(
        key=key, title=title, done=False, note=note, blocks=blocks, url="", later=True
    )
