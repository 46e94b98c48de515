"""The plain values of a coupon message's variables, built by the database."""

from django.db.models import CharField, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject

from orders.models import Shop


def values(shop: Shop, more: Combinable) -> JSONObject:
    """What `messaging.wording` writes out, for an issued coupon.

    `more` is how many other coupons the message is about.
    """
    own = _own(more, name="customer__name", expires="expires_at")
    return JSONObject(**_shared(shop, "coupon__"), **own)


def shared_values(shop: Shop) -> JSONObject:
    """The part that all messages about a coupon have in common."""
    return JSONObject(**_shared(shop, ""))


def own_values(more: Combinable, *, name: str, expires: str) -> JSONObject:
    """The part that is a message's own; both together are `values`."""
    return JSONObject(**_own(more, name=name, expires=expires))


def _shared(shop: Shop, coupon: str) -> dict[str, Combinable]:
    return {
        "shop": Cast(Value(shop.name), CharField()),
        "coupon": F(f"{coupon}name"),
        "benefit": JSONObject(
            type=F(f"{coupon}discount_type"),
            value=F(f"{coupon}discount_value"),
            max=F(f"{coupon}max_discount"),
            min=F(f"{coupon}min_order"),
        ),
        "basis": F(f"{coupon}grant_basis"),
    }


def _own(more: Combinable, *, name: str, expires: str) -> dict[str, Combinable]:
    return {"name": F(name), "more": more, "expires": F(expires)}
