"""The plain values of a coupon message's variables, built by the database."""

from django.db.models import CharField, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject

from orders.models import Shop


def values(
    shop: Shop,
    more: Combinable,
    *,
    name: str = "customer__name",
    expires: str = "expires_at",
    coupon: str = "coupon",
) -> JSONObject:
    """What `messaging.wording` writes out, for rows with these fields: issued coupons, or others.

    `more` is how many other coupons the message is about.
    """
    return JSONObject(
        shop=Cast(Value(shop.name), CharField()),
        name=F(name),
        coupon=F(f"{coupon}__name"),
        more=more,
        benefit=JSONObject(
            type=F(f"{coupon}__discount_type"),
            value=F(f"{coupon}__discount_value"),
            max=F(f"{coupon}__max_discount"),
            min=F(f"{coupon}__min_order"),
        ),
        expires=F(expires),
        basis=F(f"{coupon}__grant_basis"),
    )
