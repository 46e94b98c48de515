"""Shops that advertise, and a provider that charges and remembers what it was to send."""

from collections.abc import Sequence
from typing import Any

import pytest

from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.gateways import PROVIDERS, Account, Answers, Letterhead, Outgoing
from messaging.models import (
    Batch,
    Channel,
    Gateway,
    MessageTemplate,
    Purpose,
    SenderNumber,
    TemplateRevision,
)
from messaging.wallets import recharge
from orders.models import ConsentKind, Country, Customer, Shop
from tests import factories as make
from tests.crm.street import NOW, add_coupon, add_customer, change, give, open_shop
from tests.messaging.scripted import Scripted

NUMBER, OPT_OUT = "+8215441544", "080-123-4567"
BODY = "#{이름}님, #{쿠폰명}"
AGREED = {
    Channel.TEXT: ConsentKind.TEXT,
    Channel.EMAIL: ConsentKind.EMAIL,
    Channel.PUSH: ConsentKind.PUSH,
}


class Post(Scripted):
    """Reaches people, costs points, and keeps the messages that it was to send, call by call."""

    charges = True

    def __init__(self, *replies: Answers | BaseException, **traits: Any) -> None:
        super().__init__(*replies)
        self.calls: list[tuple[Letterhead, list[Outgoing]]] = []
        self.__dict__.update(traits)

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """Keep them, and do as the built-in phone does."""
        self.calls.append((head, list(messages)))
        return super().compose(messages, head, account)

    @property
    def texts(self) -> list[str]:
        """The texts of all messages that it was to send."""
        return [message.text for _head, messages in self.calls for message in messages]

    @property
    def sizes(self) -> list[int]:
        """How many messages each call had."""
        return [len(messages) for _head, messages in self.calls]


def connect(
    patch: pytest.MonkeyPatch, shop: Shop, channel: Channel, provider: Scripted
) -> Scripted:
    """Let the shop's channel go through this provider from now on."""
    name = f"post {channel} {id(provider)}"
    patch.setitem(PROVIDERS, name, provider)
    Gateway.objects.filter(shop=shop, channel=channel).update(provider=name)
    return provider


def advertise(
    shop: Shop, channel: Channel = Channel.TEXT, body: str = BODY, **fields: Any
) -> MessageTemplate:
    """Have the shop's coupons without a basis go by advertising of this wording (A9)."""
    template: MessageTemplate = make.MessageTemplateFactory(
        shop=shop, channel=channel, purpose=Purpose.ADVERTISING, body=body
    )
    change(template.current, buttons=[], **fields)
    change(settings_of(shop), advertising_template=template)
    return template


def advertising_shop(
    channel: Channel = Channel.TEXT, *, country: Country = Country.KOREA, **fields: Any
) -> Shop:
    """A shop that advertises, by the built-in phone, its coupons without a basis."""
    shop = open_shop(Kind.ISSUED, country=country)
    advertise(shop, channel, **fields)
    return shop


def with_numbers(shop: Shop, number: str = NUMBER, opt_out: str = OPT_OUT) -> Shop:
    """With the number that text comes from, and the one at which advertising is refused."""
    SenderNumber.objects.create(shop=shop, number=number, registered_at=NOW, in_use=True)
    change(shop.sending, opt_out_number=opt_out)
    return shop


def reader(shop: Shop, *agreed: ConsentKind, **fields: Any) -> Customer:
    """A member with a coupon without a basis, who agreed to these kinds of advertising."""
    customer = add_customer(shop, **fields)
    for kind in agreed:
        make.ConsentFactory(customer=customer, kind=kind)
    give(customer, add_coupon(shop, basis=""))
    return customer


def pay(shop: Shop, points: int, step: str = "recharge:test") -> None:
    """Recharge."""
    recharge(shop=shop, points=points, step=step, now=NOW)


def approve(shop: Shop, channel: Channel, provider: str = "") -> None:
    """Have the wording of the channel approved by its gateway's provider."""
    name = provider or Gateway.objects.get(shop=shop, channel=channel).provider
    revisions = TemplateRevision.objects.filter(template__shop=shop, template__channel=channel)
    revisions.update(provider=name, inspection="approved")


def send(shop: Shop, now: Any = NOW) -> Any:
    """Send what is due."""
    return dispatch(now=now, shop=shop)


def batches(shop: Shop) -> list[Batch]:
    """The shop's batches that still hold a message, the oldest first."""
    return list(Batch.objects.for_shop(shop).filter(size__gt=0).order_by("pk"))
