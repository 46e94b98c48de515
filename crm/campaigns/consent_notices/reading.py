"""What a shop has set for its consent notices, and whether they can go out at all."""

from datetime import datetime

from crm.models import ConsentNoticeSettings
from messaging.models import Channel, Gateway, MessageTemplate, Purpose, Reason, Topic
from messaging.services import can_pay, is_ready
from orders.models import Shop

# A notice goes to the member; an inbox is read by who comes to the shop's site.
_CHANNELS = (Channel.ALIMTALK, Channel.TEXT, Channel.EMAIL, Channel.PUSH)


def settings_of(shop: Shop) -> ConsentNoticeSettings:
    """The shop's settings; all off where it never set any. Writes nothing."""
    found = ConsentNoticeSettings.objects.filter(shop=shop)
    rows = found.select_related("shop__sending", "template__shop", "template__current")
    return rows.first() or ConsentNoticeSettings(shop=shop)


def notice_templates(shop: Shop) -> list[MessageTemplate]:
    """The shop's templates that tell of consents."""
    found = MessageTemplate.objects.for_shop(shop).filter(
        topic=Topic.CONSENT, purpose=Purpose.INFORMATION, channel__in=_CHANNELS
    )
    return list(found.select_related("shop", "current").order_by("name"))


def gateway_of(template: MessageTemplate) -> Gateway | None:
    """The way out of the template's messages."""
    gateways = Gateway.objects.for_shop(template.shop).filter(channel=template.channel)
    found: Gateway | None = gateways.select_related("shop__sending").first()
    return found


def obstacle(template: MessageTemplate, at: datetime) -> Reason | None:
    """What of the shop itself keeps its notices from going out; None: nothing."""
    if template.current_id is None:
        return Reason.NO_TEMPLATE
    gateway = gateway_of(template)
    if gateway is None or not is_ready(gateway, Purpose.INFORMATION, at):
        return Reason.NO_GATEWAY
    return None if can_pay(gateway) else Reason.NO_POINTS
