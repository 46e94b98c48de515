"""A revision's wording made ready for a batch, and each message's finished text.

Sending, the history, the phone page and the previews all finish a message here, so that what is
shown is what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from messaging.gateways.base import Button, Outgoing
from messaging.law import law
from messaging.links import opt_out_link, short_link
from messaging.marks import finish
from messaging.models import Batch, Channel, Message, Purpose, TemplateRevision, Topic
from messaging.wording import (
    ADD_CHANNEL_NAME,
    Locale,
    Part,
    Values,
    Variable,
    Wording,
    compile_body,
)
from orders.localtime import local_day
from orders.models import Country, Shop

# The mark of advertising names the shop as the message itself does.
SHOP_NAME = "#{상점명}"
LINK = "#{링크}"


@dataclass(frozen=True, slots=True)
class Stationery:
    """Wording that is filled in message by message; `year` is the batch's, for dates of others."""

    channel: Channel
    purpose: Purpose
    title: Wording
    body: Wording
    fallback: Wording
    buttons: Sequence[Button]
    has_link: bool
    # Those whose values the provider is told, where it fills in the approved wording itself.
    variables: Sequence[Variable]
    locale: Locale
    year: int

    def outgoing(self, pk: int, address: str, values: dict[str, Any], url: str) -> Outgoing:
        """A message as it leaves; its links lead through us, so that taps are counted (F7)."""
        if self.has_link:
            values = {**values, "link": short_link(pk) if url else ""}
        locale, year = self.locale, self.year
        return Outgoing(
            pk,
            address,
            self.body.text(values, locale, year),
            [self._sent(button, place, pk, url) for place, button in _shown(self.buttons, url)],
            self.title.text(values, locale, year) if self.title.pieces else "",
            short_link(pk) if url and self.channel == Channel.PUSH else "",
            opt_out_link(pk) if self._is_advertising_mail else "",
            self.fallback.text(values, locale, year) if self.fallback.pieces else "",
            {one.name: one.write(values, locale, year) for one in self.variables},
        )

    @property
    def _is_advertising_mail(self) -> bool:
        return (self.channel, self.purpose) == (Channel.EMAIL, Purpose.ADVERTISING)

    def _sent(self, button: Button, place: int, pk: int, url: str) -> Button:
        """The button as the provider gets it."""
        if button["type"] != "WL":
            return button
        # Place 0 is the message's own address, the others those that buttons bring themselves.
        own = place if button.get("url") else 0
        return {"type": "WL", "name": button["name"], "url": short_link(pk, own)}

    def parts(self, values: Values, *, masked: bool = False) -> tuple[list[Part], list[Part]]:
        """Title and text in parts, for a page; `masked` hides what is personal (F9)."""
        title = self.title.parts(values, self.locale, self.year, masked=masked)
        return title, self.body.parts(values, self.locale, self.year, masked=masked)


def stationery(
    revision: TemplateRevision,
    shop: Shop,
    at: datetime,
    *,
    opt_out_number: str,
    told: bool = False,
) -> Stationery:
    """The revision's wording with what the law adds to advertising at `at` (F3)."""
    template = revision.template
    channel, purpose = Channel(template.channel), Purpose(template.purpose)
    locale = Locale.of(shop)
    day = local_day(at, ZoneInfo(locale.timezone))
    title, body = finish(
        revision.body,
        revision.title,
        law=law(Country(shop.country), day),
        channel=channel,
        purpose=purpose,
        shop=SHOP_NAME,
        opt_out_number=opt_out_number,
    )
    topic = Topic(template.topic)
    return Stationery(
        channel=channel,
        purpose=purpose,
        title=compile_body(title, topic),
        body=compile_body(body, topic),
        fallback=compile_body(revision.fallback, topic),
        buttons=[_named(button) for button in revision.buttons],
        has_link=LINK in body or LINK in revision.fallback,
        variables=_variables(compile_body(body, topic)) if told else (),
        locale=locale,
        year=day.year,
    )


def of_batch(batch: Batch, shop: Shop, *, told: bool = False) -> Stationery:
    """The batch's wording, as it is or was sent: a frozen one keeps the number that it named.

    `told`: the provider fills in the approved wording itself and is told the variables' values.
    """
    assert batch.revision is not None  # noqa: S101 - an open batch has one
    waits = batch.channel == Channel.TEXT and batch.frozen_at is None
    return stationery(
        batch.revision,
        shop,
        batch.planned_at,
        opt_out_number=shop.sending.opt_out_number if waits else batch.opt_out_number,
        told=told,
    )


def _variables(wording: Wording) -> Sequence[Variable]:
    """Each variable that the wording holds, once."""
    return tuple(dict.fromkeys(piece for piece in wording.pieces if isinstance(piece, Variable)))


def with_link(message: Message) -> dict[str, Any]:
    """The message's values with the link that it was sent with."""
    return {**message.variables, "link": short_link(message.pk) if message.url else ""}


def finished_buttons(buttons: Sequence[Button], url: str) -> list[dict[str, str]]:
    """The buttons as the customer sees them, with where they lead in the end."""
    return [
        {**_named(button), **({"url": button.get("url") or url} if button["type"] == "WL" else {})}
        for _place, button in _shown(buttons, url)
    ]


def _named(button: Button) -> Button:
    """With its name: that of the button that adds the channel is Kakao's own."""
    return {"type": "AC", "name": ADD_CHANNEL_NAME} if button["type"] == "AC" else button


def _shown(buttons: Sequence[Button], url: str) -> list[tuple[int, Mapping[str, str]]]:
    """The buttons with their places from 1; a link button needs something to open."""
    return [
        (place, button)
        for place, button in enumerate(buttons, start=1)
        if button["type"] != "WL" or button.get("url") or url
    ]
