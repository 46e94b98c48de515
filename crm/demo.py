"""The demo shop: real orders, fictional people, and messages that the real jobs decided.

Nothing is written that only looks like history: orders are imported, coupons ingested, and the
past weeks replayed tick by tick. Interrupted, it goes on where it was; the owner's membership
comes last and says that it is whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import orders.imports
from coupons.records import CouponRecord, IssuedCouponRecord
from crm.campaigns.coupon_messages.settings import set_wording, settings_of, switch
from crm.ingest import CouponOverrideRecord
from crm.models import Kind
from crm.rehearsals.replaying import replay
from crm.shops import add_owner, create_shop
from crm.ticks import ten_minutes_until
from messaging.models import Channel, MessageTemplate, Topic
from messaging.starters import STARTERS
from messaging.templates import create_template
from orders.imports.online_retail import import_orders
from orders.ingest import ingest
from orders.models import Country, Customer, Order, Shop, User
from orders.records import CustomerRecord

SLUG = "demo"
NAME = "봄날문구"
OWNER = "owner@example.com"
SEED = "dangol"
SAMPLE = Path(orders.imports.__file__).parent / "sample" / "online-retail.csv.gz"
WON_A_POUND = Decimal(1700)
# The coupon messages were turned on this long ago; coupons are some days older.
HISTORY = timedelta(days=28)
COUPONS_FOR = timedelta(days=35)

PURCHASE = "고객님의 구매로 지급된 쿠폰 안내입니다."
ATTENDANCE = "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."
GRADE_TEMPLATE = "등급 쿠폰 안내"
GRADE_BODY = (
    "#{이름}님은 #{상점명}의 소중한 단골이에요\n\n이번 달 등급 쿠폰을 넣어드렸어요.\n\n"
    "▪ 쿠폰: #{쿠폰명}\n▪ 혜택: #{혜택}\n▪ 사용 기한: #{사용기한}\n\n※ #{지급근거}"
)

COUPONS = (
    CouponRecord("WELCOME", "첫 구매 감사 3,000원 쿠폰", "fixed", 3000, None, 20000, PURCHASE),
    CouponRecord("AGAIN", "다시 만나요 5% 쿠폰", "percent", 5, 3000, None, PURCHASE),
    CouponRecord("ATTEND", "출석 이벤트 10% 쿠폰", "percent", 10, 5000, None, ATTENDANCE),
    CouponRecord("GRADE", "단골 등급 12% 쿠폰", "percent", 12, 10000, 30000, PURCHASE),
    CouponRecord("VIP", "VIP 15% 쿠폰", "percent", 15, 20000, 50000, ""),
    CouponRecord("PAPER", "문구 기획전 2,000원 쿠폰", "fixed", 2000, None, 15000, ""),
)


@dataclass(frozen=True, slots=True)
class Purchase:
    """That a customer bought, for the coupons that come of it."""

    customer: str
    at: datetime
    first: bool


def fill(now: datetime) -> User:
    """The demo shop's owner; makes the shop where it is missing or unfinished."""
    owner = User.objects.filter(email=OWNER, memberships__shop__slug=SLUG).first()
    if owner:
        return owner
    shop = Shop.objects.filter(slug=SLUG).first() or create_shop(
        slug=SLUG, name=NAME, country=Country.KOREA, now=now
    )
    began = shop.created_at
    _import_shop(shop, began)
    _turn_on(shop, began - HISTORY)
    for _decision in replay(shop=shop, start=began - HISTORY, end=ten_minutes_until(began)):
        pass
    return add_owner(shop=shop, email=OWNER)


def _import_shop(shop: Shop, now: datetime) -> None:
    import_orders(
        shop=shop,
        path=SAMPLE,
        now=now,
        refuse=lambda _refusal: None,  # the sample's dirt is known
        rate=WON_A_POUND,
        ends_at=now - timedelta(minutes=25),
        people_seed=SEED,
    )
    customers = list(
        Customer.objects.for_shop(shop).order_by("mall_id").values_list("mall_id", flat=True)
    )
    without_phone = Random(SEED).sample(customers, len(customers) // 25)  # noqa: S311
    ingest(shop=shop, records=[CustomerRecord(c, phone="") for c in without_phone], now=now)
    _create_grade_template(shop, now)
    ingest(shop=shop, records=COUPONS, now=now)
    override = CouponOverrideRecord(
        "GRADE", issue_template=GRADE_TEMPLATE, url="https://shop.example/grade"
    )
    ingest(shop=shop, records=[override], now=now)
    issued = sorted(_issued(_purchases(shop), customers, now), key=lambda record: record.issued_at)
    ingest(shop=shop, records=issued, now=now)


def _create_grade_template(shop: Shop, now: datetime) -> None:
    if not MessageTemplate.objects.filter(shop=shop, name=GRADE_TEMPLATE).exists():
        create_template(
            shop=shop,
            channel=Channel.ALIMTALK,
            topic=Topic.COUPON,
            name=GRADE_TEMPLATE,
            body=GRADE_BODY,
            buttons=STARTERS[Country.KOREA].issue.buttons,
            now=now,
        )


def _purchases(shop: Shop) -> list[Purchase]:
    seen: set[str] = set()
    purchases = []
    bought = Order.objects.for_shop(shop).exclude(customer=None).order_by("ordered_at", "number")
    for customer, at in bought.values_list("customer__mall_id", "ordered_at"):
        purchases.append(Purchase(customer, at, first=customer not in seen))
        seen.add(customer)
    return purchases


def _issued(
    purchases: list[Purchase], customers: list[str], now: datetime
) -> Iterator[IssuedCouponRecord]:
    """What the mall would have issued: for purchases, attendance, grades, and by hand."""
    recent = [purchase for purchase in purchases if purchase.at > now - COUPONS_FOR]
    for n, purchase in enumerate(recent):
        coupon = "WELCOME" if purchase.first else "AGAIN"
        issued_at = purchase.at + timedelta(minutes=15)
        yield _record(f"{coupon}-{n}", coupon, purchase.customer, issued_at, 9, purchases)
    dice = Random(SEED + "attendance")  # noqa: S311 - the same demo each time
    for week in range(5):
        at = _morning(now - timedelta(days=7 * week + 2), hour=11)
        for n, customer in enumerate(dice.sample(customers, len(customers) // 4)):
            yield _record(f"ATTEND-{week}-{n}", "ATTEND", customer, at, 6, purchases)
    regulars = [customer for customer in customers if dice.random() < 0.2]
    for day, coupon, people, days in (
        (12, "GRADE", regulars, 20),
        (8, "VIP", regulars[::2], 30),
        (3, "PAPER", customers[::9], 14),
    ):
        at = _morning(now - timedelta(days=day), hour=9)
        for n, customer in enumerate(people):
            yield _record(f"{coupon}-{n}", coupon, customer, at, days, purchases)


def _morning(at: datetime, hour: int) -> datetime:
    return at.astimezone(ZoneInfo("Asia/Seoul")).replace(
        hour=hour, minute=0, second=0, microsecond=0
    )


def _record(
    code: str, coupon: str, customer: str, at: datetime, days: int, purchases: list[Purchase]
) -> IssuedCouponRecord:
    """A coupon good until a midnight; used with the customer's next order, if that is in time."""
    expires_at = _morning(at + timedelta(days=days + 1), hour=0)
    used = (p.at for p in purchases if p.customer == customer and at < p.at < expires_at)
    return IssuedCouponRecord(
        code=code,
        coupon=coupon,
        customer=customer,
        issued_at=at,
        valid_from=at,
        expires_at=expires_at,
        used_at=next(used, None),
    )


def _turn_on(shop: Shop, since: datetime) -> None:
    settings = settings_of(shop)
    set_wording(
        settings=settings,
        issue_template=settings.issue_template,
        expiry_template=settings.expiry_template,
        advertising_template=None,
        url="https://shop.example/coupons",
        now=since,
    )
    for kind in Kind:
        switch(settings=settings, kind=kind, on=True, since=since)
