"""What an advertising template needs before its messages can go out (F3, C8)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from messaging.gateways import reaches_people
from messaging.law import Rules, law
from messaging.models import Channel, Gateway, MessageTemplate, Purpose
from messaging.sender_numbers import number_in_use
from messaging.verdicts import CONSENT, closed_features
from orders.localtime import local_day
from orders.models import Consent, Country, Shop


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed; `url` is where it is mended, if it is not there."""

    words: str
    met: bool
    url: str = ""


def needs_of(template: MessageTemplate, now: datetime) -> list[Need]:
    """What this advertising needs, and whether it is there."""
    shop, channel = template.shop, Channel(template.channel)
    zone = ZoneInfo(shop.timezone)
    rules = law(Country(shop.country), local_day(now, zone)).advertising.get(channel, Rules())
    needs = [
        *_opened(template),
        _wording(template),
        _connection(shop, channel),
        _consents(shop, channel),
    ]
    if not _reaches_people(shop, channel):
        return [*needs, _hours(rules)]
    if channel == Channel.TEXT:
        number = Need(
            _("A registered sender number"),
            number_in_use(shop) is not None,
            reverse("messaging:sender_numbers"),
        )
        needs.append(number)
    if rules.needs_number:
        free = _("A free 080 number to refuse by")
        there = bool(shop.sending.opt_out_number)
        needs.append(Need(free, there, reverse("messaging:sender_numbers")))
    return [*needs, _hours(rules)]


def _opened(template: MessageTemplate) -> list[Need]:
    """What staff have closed for the shop, which can't mend that itself (F11)."""
    closed = closed_features(template.shop, Channel(template.channel), Purpose(template.purpose))
    words = _("“%(feature)s”, which the platform has closed for your shop")
    return [Need(words % {"feature": one.get_feature_display()}, False) for one in closed]


def _reaches_people(shop: Shop, channel: Channel) -> bool:
    """Whether it leaves the house: the built-in phone needs no numbers."""
    gateway = Gateway.objects.for_shop(shop).filter(channel=channel).first()
    return gateway is None or reaches_people(gateway.provider)


def _wording(template: MessageTemplate) -> Need:
    there = template.current_id is not None
    url = reverse("messaging:template", args=[template.pk])
    return Need(_("A wording in use"), there, url)


def _connection(shop: Shop, channel: Channel) -> Need:
    there = Gateway.objects.for_shop(shop).filter(channel=channel).exists()
    words = _("A connection for %(channel)s") % {"channel": channel.label}
    return Need(words, there, reverse("messaging:gateways"))


def _consents(shop: Shop, channel: Channel) -> Need:
    """Who has not agreed is left out; so somebody has to have."""
    agreed = Consent.objects.filter(
        customer__shop=shop, kind=CONSENT[channel], given=True, until=None
    ).count()
    words = _("The customer's consent: %(n)s have agreed") % {"n": f"{agreed:,}"}
    return Need(words, agreed > 0, reverse("crm:consents"))


def _hours(rules: Rules) -> Need:
    if rules.hours is None:
        return Need(_("It may go out at any hour"), True)
    opens, closes = rules.hours
    words = _("It goes out between %(from)s and %(until)s; what falls outside waits")
    return Need(words % {"from": f"{opens:%H:%M}", "until": f"{closes:%H:%M}"}, True)
