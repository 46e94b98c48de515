"""What is asked again at the moment of sending (A7), and what is to be decided again (A3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from coupons.models import IssuedCoupon
from coupons.models.issued import usable_later
from crm.campaigns.coupon_messages.deciding import BUNDLE_ORDER
from crm.campaigns.coupon_messages.values import values
from crm.models import CouponMessageSettings, CouponNotice, Kind
from messaging.hooks import Content, Rechecked
from messaging.models import Batch, Message, Purpose, Reason
from messaging.verdicts import MENDABLE


def recheck(batch: Batch, reasons: Mapping[int, str], now: datetime) -> Rechecked:
    """Lost coupons leave their bundle and n is counted anew; an empty bundle is `coupon_gone`.

    A coupon whose grant basis was taken back meanwhile keeps its message from going out (A9).
    What is left out here for something that can be mended waits to be decided again.
    """
    going = {pk for pk, reason in reasons.items() if not reason}
    assert batch.revision is not None  # noqa: S101 - an open batch has one
    needs_basis = batch.revision.template.purpose == Purpose.INFORMATION
    changed = _changed(batch.pk, reasons, now, needs_basis=needs_basis) & going
    baseless = _without_basis(changed, now) if needs_basis else set()
    _wait_again([*(pk for pk, reason in reasons.items() if reason in MENDABLE), *baseless])
    affected = changed - baseless
    left = _coupons_left(affected, now)
    gone = {pk: Reason.COUPON_GONE for pk in affected if pk not in left}
    return Rechecked(
        left_out=gone | dict.fromkeys(baseless, Reason.NO_GRANT_BASIS),
        changed=_contents(left),
    )


def _changed(
    batch: int, messages: Collection[int], now: datetime, *, needs_basis: bool
) -> set[int]:
    """The messages with a coupon that is lost, deleted, or has no basis any more but needs one.

    PostgreSQL takes such conditions for rare and would begin with all coupons there are; so the
    question is a value, and the messages, which mostly have successive ids, have bounds. Asked
    from the messages' side, a coupon that is not there any more is missed.
    """
    coupon = "coupon_notices__issued__"
    as_planned = usable_later(now, prefix=coupon)
    if needs_basis:
        as_planned &= ~Q(**{f"{coupon}coupon__grant_basis": ""})
    rows = Message.objects.filter(
        pk__gte=min(messages, default=0), pk__lte=max(messages, default=0), batch_id=batch
    ).annotate(
        as_planned=Case(When(as_planned, then=True), default=False, output_field=BooleanField())
    )
    return set(rows.filter(as_planned=False).values_list("pk", flat=True))


def _without_basis(ids: Collection[int], now: datetime) -> set[int]:
    """Those of the messages with a coupon that can be used and has no basis."""
    if not ids:
        return set()
    notices = CouponNotice.objects.filter(message_id__in=ids, issued__coupon__grant_basis="")
    usable = notices.filter(usable_later(now, prefix="issued__"))
    return set(usable.values_list("message_id", flat=True))


def _wait_again(ids: Collection[int]) -> None:
    if ids:
        CouponNotice.objects.filter(kind=Kind.ISSUED, message_id__in=ids).update(waiting=True)


def _coupons_left(ids: Collection[int], now: datetime) -> dict[int, list[IssuedCoupon]]:
    """The usable coupons of each message, in the bundle's order."""
    if not ids:
        return {}
    messages = dict(
        CouponNotice.objects.filter(message_id__in=ids).values_list("issued_id", "message_id")
    )
    left: dict[int, list[IssuedCoupon]] = defaultdict(list)
    usable: QuerySet[IssuedCoupon] = IssuedCoupon.objects.filter(usable_later(now), pk__in=messages)
    for issued in usable.order_by(*BUNDLE_ORDER):
        left[messages[issued.pk]].append(issued)
    return left


def _contents(left: dict[int, list[IssuedCoupon]]) -> dict[int, Content]:
    """The new content of each message, now about its first coupon that is left."""
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
        changed[message] = Content(
            variables=row["content"] | {"more": more},
            url=row["coupon__message_override__url"] or settings.url,
        )
    return changed
