"""The plain values of a coupon message's variables, built by the database."""

from django.db.models import CharField, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject

from orders.models import Shop


def values(shop: Shop, prefix: str, more: Combinable) -> JSONObject:
    """What `messaging.wording` writes out, for the issued coupon found under `prefix`.

    `more` is how many other coupons the message is about.
    """
    return JSONObject(
        shop=Cast(Value(shop.name), CharField()),
        name=F(f"{prefix}customer__name"),
        coupon=F(f"{prefix}coupon__name"),
        more=more,
        benefit=JSONObject(
            type=F(f"{prefix}coupon__discount_type"),
            value=F(f"{prefix}coupon__discount_value"),
            max=F(f"{prefix}coupon__max_discount"),
            min=F(f"{prefix}coupon__min_order"),
        ),
        expires=F(f"{prefix}expires_at"),
        basis=F(f"{prefix}coupon__grant_basis"),
    )
