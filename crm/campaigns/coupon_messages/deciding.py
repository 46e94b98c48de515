"""Each candidate coupon's wording, verdict and bundle: one expression, used by everything.

Planning inserts from it, the forecast counts it, the explanation shows it.
"""

from django.db.models import BigIntegerField, Case, CharField, F, Q, Value, When, Window
from django.db.models.functions import Coalesce, FirstValue, NullIf

from crm.campaigns.coupon_messages.candidates import Coupons
from crm.models import CouponMessageSettings, Kind
from crm.ticks import Tick
from messaging.models import Channel, Gateway, Reason
from messaging.verdicts import verdict

_TEMPLATE = {Kind.ISSUED: "issue_template", Kind.EXPIRING: "expiry_template"}
_OVERRIDE = "coupon__message_override__"

# A5: the first of a bundle expires first (one that never does: last), then was issued first.
BUNDLE_ORDER = (F("expires_at").asc(nulls_last=True), F("issued_at").asc(), F("code").asc())
BUNDLE = ("customer_id", "template_id", "coupon__grant_basis", "verdict")


def decided(coupons: Coupons, settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Coupons:
    """The coupons with `template_id`, `revision_id`, `gateway_id`, `link` and `verdict`."""
    default = settings.template(kind)
    own = f"{_OVERRIDE}{_TEMPLATE[kind]}"
    gateway = Gateway.objects.filter(shop=settings.shop, channel=Channel.ALIMTALK).first()
    rows = coupons.annotate(
        template_id=Coalesce(f"{own}_id", Value(default.pk)),
        revision_id=Case(
            When(Q(**{f"{own}__isnull": False}), then=F(f"{own}__current_id")),
            default=_number(default.current_id),
        ),
        gateway_id=_number(gateway and gateway.pk),
        link=Coalesce(
            NullIf(f"{_OVERRIDE}url", Value("")), Value(settings.url), output_field=CharField()
        ),
    )
    with_verdict: Coupons = rows.annotate(verdict=verdict(_reasons(kind, tick)))
    return with_verdict


def _number(value: int | None) -> Value:
    return Value(value, output_field=BigIntegerField(null=True))


def _reasons(kind: Kind, tick: Tick) -> dict[Reason, Q]:
    reasons = {
        Reason.NO_GRANT_BASIS: Q(coupon__grant_basis=""),
        Reason.NO_GATEWAY: Q(gateway_id=None),
        Reason.NO_TEMPLATE: Q(revision_id=None),
    }
    if kind == Kind.EXPIRING:
        reasons[Reason.COUPON_GONE] = Q(expires_at__lte=tick.now)
    return reasons


def first_of(*partition: str) -> Window:
    """The issued coupon that comes first among those that agree in `partition` (A5)."""
    return Window(
        FirstValue("pk"),
        partition_by=[F(name) for name in partition],
        order_by=BUNDLE_ORDER,
        output_field=BigIntegerField(),
    )
