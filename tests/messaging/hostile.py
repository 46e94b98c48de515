"""Text that means harm, and a shop in which everything that can be named is named by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from messaging.models import Channel, Message, Purpose
from orders.models import Customer
from tests import factories as make
from tests.cast import Cast, logged_in

PLAIN = "봄"
HOSTILE = {
    "template": "{{ request.user }}{% debug %}{# x #}",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '"\'><b onmouseover=alert(1) x="',
    "comment": "<!-- ]]> </title></textarea><svg/onload=alert(1)>",
    "variable": "#{지급근거}#{이름}",
    "places": "%(text)s %s [[text]] [[/buttons]] {0} ${x} \\1",
    "direction": "\u202e\u2067gnp.exe\u2028",
    "emoji": "👨‍👩‍👧🏳️‍🌈",
    "header": "a\r\nBcc: x@example.com\r\n\r\nb",
    "entities": "&lt;b&gt; &#60;i&#62; &amp;",
    "formula": "=cmd|'/c calc'!A1",
}


@dataclass
class World:
    """A shop in which everything that can be named is named alike, and a message a channel."""

    cast: Cast
    staff: Client
    customer: Customer
    messages: dict[Channel, Message]

    def get(self, name: str, *args: Any, **query: str) -> str:
        """A page as a manager sees it."""
        response = self.cast.manager.get(reverse(name, args=args), query)
        assert response.status_code == 200
        return response.content.decode()


def a_world(cast: Cast, text: str) -> World:
    cast.shop.name = text
    cast.shop.save()
    customer = make.CustomerFactory(shop=cast.shop, name=text, mall_id="member")
    coupon = make.CouponFactory(shop=cast.shop, name=text, grant_basis=text)
    make.IssuedCouponFactory(customer=customer, coupon=coupon)
    messages = {channel: _message(cast, customer, channel, text) for channel in Channel}
    return World(cast, logged_in(_staff()), customer, messages)


def _staff() -> Any:
    return make.UserFactory(is_staff=True, is_superuser=True)


def _message(cast: Cast, customer: Customer, channel: Channel, text: str) -> Message:
    advertising = channel in (Channel.TEXT, Channel.EMAIL)
    template = make.MessageTemplateFactory(
        shop=cast.shop,
        channel=channel,
        name=f"{text[:60]} {channel}",
        purpose=Purpose.ADVERTISING if advertising else Purpose.INFORMATION,
    )
    said = text.replace("#{", "#.{")  # what is a variable in wording is meant to be one
    link = {"type": "WL", "name": text, "url": "https://shop.example/"}
    revision = make.TemplateRevisionFactory(
        template=template, title=said, body=f"{said}\n#{{이름}}|#{{쿠폰명}}", buttons=[link]
    )
    return make.MessageFactory(
        batch__shop=cast.shop,
        batch__channel=channel,
        batch__revision=revision,
        batch__gateway=make.GatewayFactory(shop=cast.shop, channel=channel),
        customer=customer,
        address={Channel.EMAIL: customer.email}.get(channel, customer.phone),
        variables=make.coupon_values(shop=text, name=text, coupon=text, basis=text),
    )


class _Reader(HTMLParser):
    """What a browser makes of a page: its elements with their attributes' names, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":  # a line's end
            self.elements.append((tag, tuple(sorted(name for name, _value in attrs))))

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


@contextmanager
def world_of(cast: Cast, text: str) -> Iterator[World]:
    """A world that is gone afterwards."""
    with transaction.atomic():
        yield a_world(cast, text)
        transaction.set_rollback(True)
