"""The ten-minute job over a large shop in which little is new.

A million coupons have been decided, ten thousand of them wait, left out, for a phone number; each
tick finds two hundred new ones. The baseline is the bare query that finds them: the coupons that
can be used and have no notice. What an index on the news makes of that query stands beside it.
At the end all who wait get a phone, and one tick mends their messages.
"""

from datetime import datetime, timedelta

from bench.figures import Figure, alternately, seconds
from bench.shop import WITH_SECOND, add_coupon, add_customers, execute, issue, open_shop
from bench.shop import settle_down as settle
from crm.models import CouponNotice
from crm.schedules import run_due
from messaging.models import PastReason
from orders.models import Shop
from tests.factories import NOW

COUPONS = 1_000_000
NEW = 200
# A number without a divisor in common with those of `bench.shop`: ten thousand wait in all.
WITHOUT_PHONE = 99
TEN_MINUTES = timedelta(minutes=10)

UNDECIDED = """
    SELECT i.id FROM coupons_issuedcoupon i
     WHERE i.shop_id = %s AND i.origin = 'mall' AND i.issued_at <= %s
       AND (i.expires_at IS NULL OR i.expires_at > %s)
       AND (i.used_at IS NULL OR i.used_at > %s)
       AND (i.withdrawn_at IS NULL OR i.withdrawn_at > %s)
       AND NOT EXISTS (SELECT FROM crm_couponnotice n
                        WHERE n.kind = 'coupon_issued' AND n.issued_id = i.id)
"""
NEWS = " AND i.learned_at > %s"


def measure(rows: int | None) -> list[Figure]:
    """A tick's milliseconds."""
    ticking = Ticking(rows or COUPONS)
    bare, narrowed, tick = alternately(ticking.bare, ticking.narrowed, ticking.tick)
    size = f"{rows or COUPONS:,} coupons, {ticking.waiting:,} waiting, {ticking.new} new"
    mended, mending = ticking.mend()
    return [
        Figure(
            name="ten-minute job",
            note=size,
            value=tick * 1000,
            unit="ms",
            baseline_name="bare query that finds the new",
            baseline=bare * 1000,
            limit=3,
            at_least=False,
        ),
        Figure("ten-minute job, alone", tick * 1000, "ms", limit=1000, at_least=False),
        Figure(
            name="the bare query, narrowed to what was learnt since",
            value=narrowed * 1000,
            unit="ms",
        ),
        Figure("mending", mending, "s", note=f"{mended:,} left-out messages in one tick"),
    ]


class Ticking:
    """A shop whose coupons are all decided, and its next ticks."""

    def __init__(self, coupons: int) -> None:
        self.shop: Shop = open_shop("tick")
        customers = coupons * WITH_SECOND // (WITH_SECOND + 1)
        add_customers(self.shop, customers, without_phone=WITHOUT_PHONE)
        issue(add_coupon(self.shop, "A"), days=10)
        issue(add_coupon(self.shop, "B"), every=WITH_SECOND, days=20)
        run_due(now=NOW, shop=self.shop)
        self.waiting = CouponNotice.objects.filter(waiting=True).count()
        self.every = -(-customers // NEW)
        self.new = -(-customers // self.every)
        self.at = NOW
        settle()

    def bare(self) -> float:
        """Finding what the next tick has to decide, in seconds."""
        self._issue_next()
        at = self.at
        return seconds(lambda: self._find(UNDECIDED, self.shop.pk, at, at, at, at))

    def narrowed(self) -> float:
        """The same, looking at the news alone."""
        at, since = self.at, self.at - TEN_MINUTES - timedelta(hours=1)
        return seconds(lambda: self._find(UNDECIDED + NEWS, self.shop.pk, at, at, at, at, since))

    def tick(self) -> float:
        """The whole job, in seconds."""
        before = CouponNotice.objects.count()
        took = seconds(lambda: run_due(now=self.at, shop=self.shop))
        decided = CouponNotice.objects.count() - before
        if decided != self.new:
            raise AssertionError(f"decided about {decided}, not {self.new}")
        return took

    def mend(self) -> tuple[int, float]:
        """All who wait get a phone: how many messages the next tick mends, in how many seconds."""
        self.at += TEN_MINUTES
        execute("UPDATE orders_customer SET phone = '+821099999999' WHERE phone = ''")
        took = seconds(lambda: run_due(now=self.at, shop=self.shop))
        if CouponNotice.objects.filter(waiting=True).exists():
            raise AssertionError("some still wait")
        return PastReason.objects.count(), took

    def _issue_next(self) -> None:
        """Some two hundred coupons since the last tick."""
        self.at += TEN_MINUTES
        coupon = add_coupon(self.shop, f"{self.at:%H%M}")
        issue(coupon, every=self.every, rest=1, at=self.at - TEN_MINUTES / 2)

    def _find(self, statement: str, *params: int | datetime) -> None:
        found = execute(statement, *params)
        if found != self.new:
            raise AssertionError(f"found {found}, not {self.new}")
