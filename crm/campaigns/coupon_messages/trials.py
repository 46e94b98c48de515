"""Test sends: the real message, drawn from the real target, to the tester's own phone (A8)."""

from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Min, Value
from django.utils.translation import gettext as _

from coupons.models import IssuedCoupon, Origin
from coupons.models.issued import usable_later
from crm.campaigns.coupon_messages.deciding import decided
from crm.campaigns.coupon_messages.planning import PAGE, SOURCE_LABELS
from crm.campaigns.coupon_messages.values import values
from crm.models import CouponMessageSettings, Kind
from crm.ticks import Tick
from messaging.models import Channel, Gateway, Message, Run, TemplateRevision, Topic
from messaging.outbox import write_test
from messaging.preview import sample_values
from orders.masking import mask_name
from orders.phones import is_mobile, normalise_phone

_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a test message says."""

    revision: TemplateRevision | None
    variables: dict[str, Any]
    url: str


@transaction.atomic
def send_test(
    *,
    settings: CouponMessageSettings,
    kind: Kind,
    phone: str,
    now: datetime,
) -> Message:
    """Put one test message in the outbox, for the phone number that the tester typed in.

    It is the message that a randomly drawn coupon would get, the name masked; an example where the
    shop has none yet. Raises ValidationError for a number that can't be one and where there is
    nothing to send with.
    """
    address = normalise_phone(phone, settings.shop.country)
    if not address or not is_mobile(address, settings.shop.country):
        raise ValidationError({"phone": _("That is no mobile phone number.")})
    gateway = Gateway.objects.filter(shop=settings.shop, channel=Channel.ALIMTALK).first()
    if gateway is None:
        raise ValidationError(_("The channel is not connected."))
    trial = _drawn(settings, kind, now) or _example(settings, kind, now)
    if trial.revision is None:
        raise ValidationError(_("The chosen template has no wording in use."))
    run = Run.objects.create(
        shop=settings.shop,
        kind=kind,
        label=SOURCE_LABELS[kind],
        page=PAGE,
        is_test=True,
        as_of=now,
    )
    return write_test(
        run=run,
        gateway=gateway,
        revision=trial.revision,
        address=address,
        variables=trial.variables | {"name": mask_name(trial.variables["name"])},
        url=trial.url,
        now=now,
    )


def _example(settings: CouponMessageSettings, kind: Kind, now: datetime) -> Trial:
    return Trial(
        revision=settings.template(kind).current,
        variables=sample_values(settings.shop, Topic.COUPON, now),
        url=settings.url,
    )


def _drawn(settings: CouponMessageSettings, kind: Kind, now: datetime) -> Trial | None:
    """What the drawn coupon's message would say, by the code that decides real ones."""
    coupon = _draw(settings, kind, now)
    if coupon is None:
        return None
    rows = IssuedCoupon.objects.filter(pk=coupon)
    row = (
        decided(rows, settings, kind, Tick(at=now, now=now))
        .annotate(content=values(settings.shop, Value(0)))
        .values("revision_id", "link", "content")
        .get()
    )
    return Trial(
        revision=TemplateRevision.objects.filter(pk=row["revision_id"]).first(),
        variables=row["content"],
        url=row["link"],
    )


def _draw(settings: CouponMessageSettings, kind: Kind, now: datetime) -> int | None:
    """A usable coupon of the shop: the first from a random place on, so that no row is counted."""
    all_of_shop = IssuedCoupon.objects.filter(shop=settings.shop, origin=Origin.MALL)
    usable = all_of_shop.filter(usable_later(now)).exclude(coupon__grant_basis="")
    if kind == Kind.EXPIRING:
        usable = usable.exclude(expires_at=None)
    ends = all_of_shop.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return None
    place = _random.randint(ends["low"], ends["high"])
    found = usable.order_by("pk").values_list("pk", flat=True)
    drawn: int | None = found.filter(pk__gte=place).first() or found.first()
    return drawn
