"""A new shop, ready to send to the built-in phone."""

from datetime import datetime
from unicodedata import category

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import CouponMessageSettings
from messaging.gateways import PHONE
from messaging.models import Channel, Gateway, SendingSettings, Topic
from messaging.starters import STARTERS
from messaging.templates import create_template
from orders.models import Country, Membership, Role, Shop, User

ZONES = {Country.KOREA: "Asia/Seoul", Country.JAPAN: "Asia/Tokyo"}
# Of these a name may hold none: controls, ends of lines and paragraphs, halves of characters.
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
# Marks that turn the direction of the text after them, and so what a page seems to say.
_TURNING = frozenset(
    map(chr, [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
# Letters that show nothing, beside those that Unicode counts as blanks and formats.
_FILLERS = frozenset(map(chr, [0x115F, 0x1160, 0x3164, 0xFFA0]))
CURRENCIES = {Country.KOREA: "KRW", Country.JAPAN: "JPY"}


@transaction.atomic
def create_shop(*, slug: str, name: str, country: Country, now: datetime) -> Shop:
    """A shop with approved default templates and the built-in phone on every channel.

    Raises ValidationError, by field, for a slug that is taken or no slug, or a name that is none.
    """
    shop = Shop(
        slug=slug,
        name=_name(name),
        country=country,
        timezone=ZONES[country],
        currency=CURRENCIES[country],
        created_at=now,
    )
    shop.clean_fields()
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


def _name(text: str) -> str:
    """The name as it is kept: without blanks around it."""
    if any(category(letter) in _UNPRINTABLE or letter in _TURNING for letter in text):
        raise ValidationError(
            {"name": "It can't hold line breaks, control characters or marks of direction."}
        )
    if all(category(letter)[0] in "CZ" or letter in _FILLERS for letter in text):
        raise ValidationError({"name": "It must hold something to read."})
    return text.strip()


def add_owner(*, shop: Shop, email: str) -> User:
    """Make the person with this address an owner of the shop, as a new user where needed."""
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
    Membership.objects.update_or_create(shop=shop, user=user, defaults={"role": Role.OWNER})
    return user
