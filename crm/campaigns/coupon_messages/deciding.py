"""Each candidate coupon's wording, verdict and bundle: one expression, used by everything.

Planning inserts from it, the forecast counts it, the explanation shows it.
"""

from django.db.models import BigIntegerField, Case, CharField, F, Q, Value, When, Window
from django.db.models.functions import Coalesce, FirstValue, NullIf

from crm.campaigns.coupon_messages.candidates import Coupons
from crm.campaigns.coupon_messages.ways import number, ways
from crm.models import CouponMessageSettings, Kind
from crm.ticks import Tick

_TEMPLATE = {Kind.ISSUED: "issue_template", Kind.EXPIRING: "expiry_template"}
_OVERRIDE = "coupon__message_override__"

# A5: the first of a bundle expires first (one that never does: last), then was issued first.
BUNDLE_ORDER = (F("expires_at").asc(nulls_last=True), F("issued_at").asc(), F("code").asc())
BUNDLE = ("customer_id", "template_id", "coupon__grant_basis", "verdict")


def decided(coupons: Coupons, settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Coupons:
    """The coupons with `template_id`, `revision_id`, `gateway_id`, `link`, and `verdict`.

    And whom they go to: `address`, and `night` where the customer agreed to advertising at night.
    """
    default = settings.template(kind)
    own = f"{_OVERRIDE}{_TEMPLATE[kind]}"
    of = ways(
        settings,
        template=Coalesce(f"{own}_id", Value(default.pk), output_field=BigIntegerField()),
        revision=Case(
            When(Q(**{f"{own}__isnull": False}), then=F(f"{own}__current_id")),
            default=number(default.current_id),
            output_field=BigIntegerField(null=True),
        ),
    )
    rows = coupons.annotate(
        template_id=of.choose(lambda way: way.template),
        revision_id=of.choose(lambda way: way.revision),
        gateway_id=of.choose(lambda way: number(way.gateway.pk if way.gateway else None)),
        address=of.choose(lambda way: way.address),
        night=of.choose(lambda way: way.night(tick)),
        link=Coalesce(
            NullIf(f"{_OVERRIDE}url", Value("")), Value(settings.url), output_field=CharField()
        ),
    )
    decided_rows: Coupons = rows.annotate(
        verdict=of.choose(lambda way: way.verdict(settings.shop, kind, tick))
    )
    return decided_rows


def first_of(*partition: str) -> Window:
    """The issued coupon that comes first among those that agree in `partition` (A5)."""
    return Window(
        FirstValue("pk"),
        partition_by=[F(name) for name in partition],
        order_by=BUNDLE_ORDER,
        output_field=BigIntegerField(),
    )
