"""What messages will cost, before there are any."""

from datetime import datetime

from messaging.gateways import charges
from messaging.lengths import is_short
from messaging.models import Channel, Gateway, MessageTemplate, Service
from messaging.points import prices
from messaging.rendering import stationery
from messaging.services import SERVICES
from messaging.wording import Values


def price_now(
    gateway: Gateway | None, template: MessageTemplate, values: Values, now: datetime
) -> int:
    """What one message of this template costs in points; the built-in phone is free.

    A text's length, and so its price, is that of one filled in with `values`.
    """
    if gateway is None or not charges(gateway.provider):
        return 0
    return prices()[_service(template, values, now)]


def _service(template: MessageTemplate, values: Values, now: datetime) -> Service:
    channel = Channel(template.channel)
    if channel != Channel.TEXT or template.current is None:
        return SERVICES[channel]
    sending = template.shop.sending
    wording = stationery(
        template.current, template.shop, now, opt_out_number=sending.opt_out_number
    )
    _title, parts = wording.parts(values)
    return Service.SMS if is_short("".join(part.text for part in parts)) else Service.LMS
