"""Test sends: the real message, drawn from the real target, to the tester's own phone (A8)."""

from datetime import datetime
from random import SystemRandom
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Min, Value
from django.utils.translation import gettext as _

from coupons.models import IssuedCoupon
from coupons.models.issued import usable_later
from crm.campaigns.coupon_messages.deciding import default_template
from crm.campaigns.coupon_messages.planning import PAGE, SOURCE_LABELS
from crm.campaigns.coupon_messages.values import values
from crm.models import CouponMessageSettings, Kind
from messaging.models import Channel, Gateway, Message, Purpose, Run, Topic
from messaging.outbox import write_test
from messaging.preview import sample_values
from orders.masking import mask_name
from orders.phones import normalise_phone

_random = SystemRandom()


@transaction.atomic
def send_test(
    *,
    settings: CouponMessageSettings,
    kind: Kind,
    phone: str,
    now: datetime,
) -> Message:
    """Put one test message in the outbox, for the phone number that the tester typed in.

    It speaks of a randomly drawn coupon that a customer of the shop can use, the name masked; of
    an example where there is none yet. Raises ValidationError for a number that can't be one and
    where there is nothing to send with.
    """
    address = normalise_phone(phone, settings.shop.country)
    if not address:
        raise ValidationError({"phone": _("That is no phone number.")})
    revision = default_template(settings, kind).current
    if revision is None:
        raise ValidationError(_("The chosen template has no wording in use."))
    gateway = Gateway.objects.filter(shop=settings.shop, channel=Channel.ALIMTALK).first()
    if gateway is None:
        raise ValidationError(_("The channel is not connected."))
    run = Run.objects.create(
        shop=settings.shop,
        kind=kind,
        label=SOURCE_LABELS[kind],
        page=PAGE,
        is_test=True,
        purpose=Purpose.INFORMATION,
        as_of=now,
    )
    content, url = _content(settings, now)
    return write_test(
        run=run,
        gateway=gateway,
        revision=revision,
        address=address,
        variables=content,
        url=url,
        now=now,
    )


def _content(settings: CouponMessageSettings, now: datetime) -> tuple[dict[str, Any], str]:
    """Variables and URL of the drawn recipient's coupon."""
    issued = _draw_coupon(settings, now)
    if issued is None:
        content = sample_values(settings.shop, Topic.COUPON, now)
        return content | {"name": mask_name(content["name"])}, settings.url
    row = (
        IssuedCoupon.objects.filter(pk=issued)
        .annotate(
            content=values(settings.shop, "", Value(0)), own=F("coupon__message_override__url")
        )
        .values("content", "own")
        .get()
    )
    content = row["content"]
    return content | {"name": mask_name(content["name"])}, row["own"] or settings.url


def _draw_coupon(settings: CouponMessageSettings, now: datetime) -> int | None:
    """A usable coupon of the shop: the first from a random place on, so that no row is counted."""
    usable = IssuedCoupon.objects.filter(usable_later(now), shop=settings.shop).exclude(
        coupon__grant_basis=""
    )
    ends = usable.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return None
    place = _random.randint(ends["low"], ends["high"])
    found: int | None = (
        usable.filter(pk__gte=place).order_by("pk").values_list("pk", flat=True).first()
    )
    return found
