"""A large shop, filled by the database itself."""

from datetime import datetime, timedelta

from django.db import connection

from coupons.models import Coupon
from crm.campaigns.coupon_messages.settings import settings_of, switch
from crm.models import CouponNotice, Kind
from crm.shops import create_shop
from messaging.models import Batch, Chunk, Message, Outcome, PastReason, PointsEntry, Run
from orders.models import Country, Customer, Shop
from tests.factories import NOW

BASIS = "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."
# Every so-manieth customer has no phone, or a second coupon that expires later.
WITHOUT_PHONE, WITH_SECOND = 50, 5
MONTH = timedelta(days=30)


def open_shop(slug: str, *, on: bool = True) -> Shop:
    """A shop whose issue message has been on since NOW, if at all."""
    shop = create_shop(slug=slug, name="봄날문구", country=Country.KOREA, now=NOW)
    if on:
        switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=NOW)
    return shop


def add_customers(shop: Shop, count: int, *, without_phone: int = WITHOUT_PHONE) -> int:
    """So many members, with names and phones; the id of the first."""
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    execute(
        """
        INSERT INTO orders_customer (shop_id, mall_id, name, phone, email, app_token)
        SELECT %s, 'm' || n, '김단골' || n, CASE WHEN n %% %s = 0 THEN ''
               ELSE '+8210' || lpad(n::text, 8, '0') END, '', ''
          FROM generate_series(1, %s) AS n ORDER BY n
        """,
        shop.pk,
        without_phone,
        count,
    )
    return last + 1


def add_coupon(shop: Shop, code: str) -> Coupon:
    """A coupon with its grant basis."""
    coupon: Coupon = Coupon.objects.create(
        shop=shop,
        code=code,
        name=f"봄맞이 {code} 쿠폰",
        discount_type="percent",
        discount_value=10,
        max_discount=5000,
        min_order=30000,
        grant_basis=BASIS,
    )
    return coupon


def issue(
    coupon: Coupon,
    *,
    every: int = 1,
    rest: int = 0,
    at: datetime = NOW - timedelta(hours=1),
    days: int = 30,
) -> None:
    """Put the coupon into boxes, good for so long: those of the shop's n-th customers where n
    divided by `every` leaves `rest`.
    """
    execute(
        """
        INSERT INTO coupons_issuedcoupon (shop_id, coupon_id, customer_id, code, nth, origin,
               issued_at, valid_from, expires_at, learned_at)
        SELECT c.shop_id, %s, c.id, %s || '-' || c.id, 1, 'mall', %s, %s, %s, %s
          FROM orders_customer c
         WHERE c.shop_id = %s AND substr(c.mall_id, 2)::bigint %% %s = %s ORDER BY c.id
        """,
        coupon.pk,
        coupon.code,
        at,
        at,
        at + timedelta(days=days),
        at,
        coupon.shop_id,
        every,
        rest,
    )


def forget_sending() -> None:
    """Empty the tables that planning and sending write."""
    models = (CouponNotice, PastReason, Outcome, Message, Batch, Chunk, Run, PointsEntry)
    execute(f"TRUNCATE {', '.join(model._meta.db_table for model in models)} RESTART IDENTITY")
    execute("UPDATE messaging_wallet SET available = recharged, reserved = 0, spent = 0")


def settle_down() -> None:
    """Let the database know what it holds, and write out what it has put off."""
    execute("VACUUM ANALYZE")
    execute("CHECKPOINT")


def execute(statement: str, *params: str | int | datetime | None) -> int:
    """Run one statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return int(cursor.rowcount)
