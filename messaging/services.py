"""What a provider is to do for a batch: which service, from which number."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.gateways import PROVIDERS, Outgoing, Provider, charges, reaches_people
from messaging.law import law
from messaging.lengths import is_short
from messaging.models import (
    Batch,
    Channel,
    Feature,
    Gateway,
    Inspection,
    MessageTemplate,
    Purpose,
    SenderNumber,
    Service,
    Wallet,
)
from messaging.points import prices
from messaging.splitting import split_off
from orders.localtime import local_day
from orders.models import Country

# What each channel's messages are, before their length is known.
SERVICES = {
    Channel.ALIMTALK: Service.ALIMTALK,
    Channel.TEXT: Service.SMS,
    Channel.EMAIL: Service.EMAIL,
    Channel.PUSH: Service.PUSH,
    Channel.INBOX: Service.INBOX,
}


def address_sender(batch: Batch, provider: Provider) -> None:
    """Note the numbers that the text is finished with, and that of an Alimtalk's fallback.

    Where staff have closed text for the shop, an Alimtalk does not become one either (F11).
    """
    if batch.channel == Channel.TEXT:
        batch.opt_out_number = batch.shop.sending.opt_out_number
    if provider.reaches_people and batch.channel in (Channel.TEXT, Channel.ALIMTALK):
        in_use = SenderNumber.objects.filter(shop_id=batch.shop_id, in_use=True)
        in_use = in_use.exclude(shop__closed_features__feature=Feature.TEXT)
        batch.sender = in_use.values_list("number", flat=True).first() or ""


def of_one_service(batch: Batch, going: list[Outgoing], now: datetime) -> list[Outgoing]:
    """Set what the provider is to do; text that is too long for an SMS goes on as a batch of LMS.

    They have prices of their own, and most providers ask for one kind a call.
    """
    batch.service = SERVICES[Channel(batch.channel)]
    if batch.channel != Channel.TEXT:
        return going
    short = [message for message in going if is_short(message.text)]
    if not short:
        batch.service = Service.LMS
        return going
    if len(short) < len(going):
        kept = {message.id for message in short}
        long = {message.id for message in going if message.id not in kept}
        split_off(batch, long, now=now, not_before=now)
    return short


def falls_back(batch: Batch, provider: Provider, going: Sequence[Outgoing]) -> Service | None:
    """The text that these messages may become where the Alimtalk fails; None: nothing.

    Without a number to come from there is no such text.
    """
    texts = [message.fallback for message in going if message.fallback]
    if not (provider.falls_back and batch.sender and texts):
        return None
    return Service.SMS if all(map(is_short, texts)) else Service.LMS


def is_ready(gateway: Gateway | None, purpose: Purpose, at: datetime) -> bool:
    """Whether the shop has prepared all that this channel needs for such a message (C8).

    Text needs a registered number to come from, advertising by text one to refuse it at. The
    built-in phone needs nothing.
    """
    if gateway is None or gateway.provider not in PROVIDERS:
        return False
    if gateway.channel != Channel.TEXT or not reaches_people(gateway.provider):
        return True
    shop = gateway.shop
    rules = law(Country(shop.country), local_day(at, ZoneInfo(shop.timezone)))
    numbered = not rules.needs_number(Channel.TEXT, purpose) or shop.sending.opt_out_number
    return bool(numbered) and SenderNumber.objects.filter(shop=shop, in_use=True).exists()


def asks_approval(gateway: Gateway) -> bool:
    """Whether wording must be approved by the gateway's provider before it may be sent.

    Only Alimtalk is, also by a provider that sends text beside it.
    """
    known = PROVIDERS.get(gateway.provider)
    is_alimtalk = gateway.channel == Channel.ALIMTALK
    return is_alimtalk and known is not None and known.inspects_templates


def approved_revisions(gateway: Gateway) -> list[int]:
    """The wording in use that the gateway's provider has approved. One query."""
    templates = MessageTemplate.objects.for_shop(gateway.shop).filter(channel=gateway.channel)
    approved = templates.filter(
        current__provider=gateway.provider, current__inspection=Inspection.APPROVED
    )
    return list(approved.values_list("current_id", flat=True))


def can_pay(gateway: Gateway) -> bool:
    """Whether the shop's points pay for one message through this gateway, of the cheapest kind."""
    if not charges(gateway.provider):
        return True
    price = prices()[SERVICES[Channel(gateway.channel)]]
    return not price or Wallet.objects.filter(pk=gateway.shop_id, available__gte=price).exists()


def paid_channels() -> set[Channel]:
    """The channels of which something costs points today. One query."""
    costly = {service for service, price in prices().items() if price}
    paid = {channel for channel, service in SERVICES.items() if service in costly}
    return paid | ({Channel.TEXT} if Service.LMS in costly else set())


def set_prices(batch: Batch, provider: Provider, fallback: Service | None) -> None:
    """Note what a message costs today, and one that becomes text; the built-in phone is free."""
    if not provider.charges:
        return
    today = prices()
    batch.price = today[Service(batch.service)]
    batch.fallback_price = today[fallback] if fallback else 0
