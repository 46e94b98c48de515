"""A new shop, ready to send to the built-in phone."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import CouponMessageSettings
from messaging.gateways import PHONE
from messaging.models import Channel, Gateway, SendingSettings, Topic
from messaging.starters import STARTERS
from messaging.templates import create_template
from orders.models import Country, Membership, Role, Shop, User
from orders.signs import check_line

ZONES = {Country.KOREA: "Asia/Seoul", Country.JAPAN: "Asia/Tokyo"}
CURRENCIES = {Country.KOREA: "KRW", Country.JAPAN: "JPY"}


@transaction.atomic
def create_shop(*, slug: str, name: str, country: Country, now: datetime) -> Shop:
    """A shop with approved default templates and the built-in phone on every channel.

    Raises ValidationError, by field, for a slug that is taken or no slug, or a name that is none.
    """
    shop = Shop(
        slug=slug,
        name=name.strip(),
        country=country,
        timezone=ZONES[country],
        currency=CURRENCIES[country],
        created_at=now,
    )
    _check(shop)
    if Shop.objects.filter(slug=slug).exists():
        taken = _("There is a shop “%(slug)s” already.") % {"slug": slug}
        raise ValidationError({"slug": taken})
    shop.save()
    SendingSettings.objects.create(shop=shop)
    for channel in Channel:
        Gateway.objects.create(shop=shop, channel=channel, provider=PHONE)
    issue, expiry = (
        create_template(
            shop=shop,
            channel=Channel.ALIMTALK,
            topic=Topic.COUPON,
            name=starter.name,
            body=starter.body,
            buttons=starter.buttons,
            now=now,
        )
        for starter in STARTERS[country]
    )
    CouponMessageSettings.objects.create(shop=shop, issue_template=issue, expiry_template=expiry)
    return shop


def _check(shop: Shop) -> None:
    try:
        check_line(shop.name)
    except ValidationError as error:
        raise ValidationError({"name": error}) from None
    shop.clean_fields()


def add_owner(*, shop: Shop, email: str) -> User:
    """Make the person with this address an owner of the shop, as a new user where needed."""
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
    Membership.objects.update_or_create(shop=shop, user=user, defaults={"role": Role.OWNER})
    return user
