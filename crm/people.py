"""Members: finding them, and everything about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from coupons.models import IssuedCoupon
from coupons.models.issued import Life, life_of
from crm.campaigns.coupon_messages import Explanation, explain
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import CouponMessageSettings
from orders.models import Customer, Order, Shop

PAGE_SIZE = 50
# What a customer's page shows of each kind, the newest.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Customers by member id, and the rows that the neighbouring pages begin at (None: none).

    A place is a row's key, not its member id, which no address should carry.
    """

    rows: list[Customer]
    after: int | None
    before: int | None


def find_page(
    *,
    shop: Shop,
    ids: Sequence[int] | None = None,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> PeoplePage:
    """A page of members in the order of their member ids, beyond one of them.

    `ids` are those who were searched for. A place that is not there is none. Two queries.
    """
    found = Customer.objects.for_shop(shop)
    place = found.filter(pk=after or before).values_list("mall_id", flat=True).first()
    found = found if ids is None else found.filter(pk__in=ids)
    if place is not None and not after:
        rows = list(found.filter(mall_id__lt=place).order_by("-mall_id")[: size + 1])
        if len(rows) > size:
            rows = rows[:size][::-1]
            return PeoplePage(rows, after=rows[-1].pk, before=rows[0].pk)
        place = None
    beyond = found if place is None else found.filter(mall_id__gt=place)
    rows = list(beyond.order_by("mall_id")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    before = None if place is None else (rows[0].pk if rows else after)
    return PeoplePage(rows, after=rows[-1].pk if more else None, before=before)


@dataclass(frozen=True, slots=True)
class BoxCoupon:
    """A coupon in a customer's box, and how it stands.

    `at` is when it came to stand so; `good_until` the last minute of use, None for no end.
    """

    issued: IssuedCoupon
    life: Life
    at: datetime | None
    good_until: datetime | None

    @property
    def words(self) -> str:
        """The state in words."""
        return str(self.life.label)


def box(customer: Customer, now: datetime) -> list[BoxCoupon]:
    """A customer's coupons, the newest first. One query."""
    issued = IssuedCoupon.objects.for_shop(customer.shop).filter(customer=customer)
    newest = (
        issued.filter(issued_at__lte=now).select_related("coupon").order_by("-issued_at", "-pk")
    )
    zone = ZoneInfo(customer.shop.timezone)
    return [
        BoxCoupon(one, *life_of(one, now), good_until=_last_minute(one.expires_at, zone))
        for one in newest[:MOST_SHOWN]
    ]


def _last_minute(ends: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Of what ends at a midnight people read the day before, as the message says it too."""
    midnight = ends is not None and ends.astimezone(zone).time() == time()
    return ends - timedelta(minutes=1) if ends and midnight else ends


@dataclass(frozen=True, slots=True)
class Bought:
    """An order, and how far it has come."""

    order: Order
    status: Any


def orders_of(customer: Customer) -> list[Bought]:
    """A customer's orders, the newest first, each with its last status. Two queries."""
    orders = customer.orders.order_by("-ordered_at", "-number").prefetch_related("statuses")
    found = []
    for order in orders[:MOST_SHOWN]:
        statuses = sorted(order.statuses.all(), key=lambda status: (status.happened_at, status.pk))
        found.append(Bought(order, statuses[-1] if statuses else None))
    return found


def explanations(customer: Customer, now: datetime) -> list[Explanation]:
    """For each kind of message, what the next tick would decide on this customer (F2)."""
    try:
        settings = settings_of(customer.shop)
    except CouponMessageSettings.DoesNotExist:
        return []
    return explain(settings, customer, now)
