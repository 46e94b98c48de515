"""What is asked again at the moment of sending (A7), and what is to be decided again (A3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value

from coupons.models import IssuedCoupon
from coupons.models.issued import usable_later
from crm.campaigns.coupon_messages.deciding import BUNDLE_ORDER
from crm.campaigns.coupon_messages.values import values
from crm.models import CouponMessageSettings, CouponNotice, Kind
from messaging.hooks import Candidate, Rechecked
from messaging.models import Reason
from messaging.verdicts import MENDABLE


def recheck(messages: Sequence[Candidate], now: datetime) -> Rechecked:
    """Lost coupons leave their bundle and n is counted anew; an empty bundle is `coupon_gone`.

    A coupon whose grant basis was taken back meanwhile keeps its message from going out (A9).
    What is left out here for something that can be mended waits to be decided again.
    """
    going = [m.id for m in messages if not m.reason]
    baseless = _without_basis(going, now)
    _wait_again([*(m.id for m in messages if m.reason in MENDABLE), *baseless])
    affected = _with_lost_coupons([pk for pk in going if pk not in baseless], now)
    left = _coupons_left(affected, now)
    gone = {pk: Reason.COUPON_GONE for pk in affected if pk not in left}
    return Rechecked(
        left_out=gone | dict.fromkeys(baseless, Reason.NO_GRANT_BASIS),
        changed=_contents(left),
    )


def _wait_again(ids: Sequence[int]) -> None:
    CouponNotice.objects.filter(kind=Kind.ISSUED, message_id__in=ids).update(waiting=True)


def _without_basis(ids: Sequence[int], now: datetime) -> set[int]:
    notices = CouponNotice.objects.filter(message_id__in=ids, issued__coupon__grant_basis="")
    usable = notices.filter(usable_later(now, prefix="issued__"))
    return set(usable.values_list("message_id", flat=True))


def _with_lost_coupons(ids: Sequence[int], now: datetime) -> list[int]:
    usable = usable_later(now, prefix="issued__")
    notices = CouponNotice.objects.filter(message_id__in=ids).exclude(usable)
    return list(notices.values_list("message_id", flat=True).distinct())


def _coupons_left(ids: Sequence[int], now: datetime) -> dict[int, list[IssuedCoupon]]:
    """The usable coupons of each message, in the bundle's order."""
    messages = dict(
        CouponNotice.objects.filter(message_id__in=ids).values_list("issued_id", "message_id")
    )
    left: dict[int, list[IssuedCoupon]] = defaultdict(list)
    usable: QuerySet[IssuedCoupon] = IssuedCoupon.objects.filter(usable_later(now), pk__in=messages)
    for issued in usable.order_by(*BUNDLE_ORDER):
        left[messages[issued.pk]].append(issued)
    return left


def _contents(left: dict[int, list[IssuedCoupon]]) -> dict[int, dict[str, Any]]:
    """The new variables and URL of each message, now about its first coupon that is left."""
    if not left:
        return {}
    some = next(iter(left.values()))[0]
    settings = CouponMessageSettings.objects.select_related("shop").get(shop_id=some.shop_id)
    firsts = IssuedCoupon.objects.filter(pk__in=[coupons[0].pk for coupons in left.values()])
    contents = {
        row["pk"]: row
        for row in firsts.annotate(content=values(settings.shop, Value(0))).values(
            "pk", "content", "coupon__message_override__url"
        )
    }
    changed = {}
    for message, coupons in left.items():
        row = contents[coupons[0].pk]
        more = len({issued.coupon_id for issued in coupons}) - 1
        changed[message] = {
            "variables": row["content"] | {"more": more},
            "url": row["coupon__message_override__url"] or settings.url,
        }
    return changed
