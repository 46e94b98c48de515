"""What a provider is to do for a batch: which service, from which number."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.checks import is_short
from messaging.gateways import Outgoing, Provider, charges, reaches_people
from messaging.law import law
from messaging.models import Batch, Channel, Gateway, Purpose, SenderNumber, Service, Wallet
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


def address_sender(batch: Batch) -> None:
    """Note the numbers that the text is finished with."""
    if batch.channel not in (Channel.TEXT, Channel.ALIMTALK):
        return
    in_use = SenderNumber.objects.filter(shop_id=batch.shop_id, in_use=True)
    batch.sender = in_use.values_list("number", flat=True).first() or ""
    if batch.channel == Channel.TEXT:
        batch.opt_out_number = batch.shop.sending.opt_out_number


def of_one_service(batch: Batch, going: list[Outgoing], moment: datetime) -> list[Outgoing]:
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
        split_off(batch, long, now=moment, not_before=moment)
    return short


def falls_back(provider: Provider, going: Sequence[Outgoing]) -> Service | None:
    """The text that these messages may become where the Alimtalk fails; None: nothing."""
    texts = [message.fallback for message in going if message.fallback]
    if not (provider.falls_back and texts):
        return None
    return Service.SMS if all(map(is_short, texts)) else Service.LMS


def is_ready(gateway: Gateway | None, purpose: Purpose, at: datetime) -> bool:
    """Whether the shop has prepared all that this channel needs for such a message (C8).

    Text needs a registered number to come from, advertising by text one to refuse it at. The
    built-in phone needs nothing.
    """
    if gateway is None:
        return False
    if gateway.channel != Channel.TEXT or not reaches_people(gateway.provider):
        return True
    shop = gateway.shop
    rules = law(Country(shop.country), local_day(at, ZoneInfo(shop.timezone)))
    numbered = not rules.needs_number(Channel.TEXT, purpose) or shop.sending.opt_out_number
    return bool(numbered) and SenderNumber.objects.filter(shop=shop, in_use=True).exists()


def can_pay(gateway: Gateway) -> bool:
    """Whether the shop's points pay for one message through this gateway, of the cheapest kind."""
    if not charges(gateway.provider):
        return True
    price = prices()[SERVICES[Channel(gateway.channel)]]
    return not price or Wallet.objects.filter(pk=gateway.shop_id, available__gte=price).exists()


def set_prices(batch: Batch, provider: Provider, fallback: Service | None) -> None:
    """Note what a message costs today, and one that becomes text; the built-in phone is free."""
    if not provider.charges:
        return
    today = prices()
    batch.price = today[Service(batch.service)]
    batch.fallback_price = today[fallback] if fallback else 0
