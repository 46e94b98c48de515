"""What tests of coupon messages do all the time, in few words: a shop, its coupons, its ticks."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from coupons.models import Coupon, IssuedCoupon
from crm.campaigns.coupon_messages.settings import set_wording, settings_of, switch
from crm.models import CouponNotice, CouponOverride, Kind
from crm.schedules import run_due
from crm.shops import create_shop
from messaging.models import Message, MessageTemplate, SendingSettings, Topic
from messaging.wording import Locale, compile_body
from orders.models import Country, Customer, Shop
from tests import factories as make

# A full ten minutes, and the default expiry message time: 10:00 in Seoul.
NOW = make.NOW
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = 10 * MINUTE
BASIS = "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."

_number = count(1)


def open_shop(
    *on: Kind, since: datetime = NOW, country: Country = Country.KOREA, zone: str = ""
) -> Shop:
    """A new shop with these messages turned on since then."""
    shop = create_shop(slug=f"street-{next(_number)}", name="봄날문구", country=country, now=NOW)
    if zone:
        shop.timezone = zone
        shop.save(update_fields=["timezone"])
    for kind in on:
        turn(shop, kind, on=True, since=since)
    return shop


def turn(shop: Shop, kind: Kind, *, on: bool, since: datetime = NOW) -> None:
    """Flip a switch of the settings page."""
    switch(settings=settings_of(shop), kind=kind, on=on, since=since)


def add_coupon(
    shop: Shop,
    name: str = "봄맞이 10% 쿠폰",
    *,
    basis: str = BASIS,
    issue_template: MessageTemplate | None = None,
    expiry_template: MessageTemplate | None = None,
    url: str = "",
) -> Coupon:
    """A coupon, with its override where it has one (A2)."""
    coupon: Coupon = make.CouponFactory(shop=shop, name=name, grant_basis=basis)
    if issue_template or expiry_template or url:
        CouponOverride.objects.create(
            coupon=coupon, issue_template=issue_template, expiry_template=expiry_template, url=url
        )
    return coupon


def add_customer(shop: Shop, **fields: Any) -> Customer:
    """A member with a phone, unless `phone=""`."""
    customer: Customer = make.CustomerFactory(shop=shop, **fields)
    return customer


def give(customer: Customer, coupon: Coupon, **fields: Any) -> IssuedCoupon:
    """Put the coupon in the customer's box: an hour before NOW for ten days, unless said."""
    nth = IssuedCoupon.objects.filter(customer=customer, coupon=coupon).count() + 1
    issued: IssuedCoupon = make.IssuedCouponFactory(
        customer=customer, coupon=coupon, **{"nth": nth, **fields}
    )
    return issued


def change(row: Any, **fields: Any) -> None:
    """Change a row as the world does: behind the back of whoever has it loaded."""
    type(row).objects.filter(pk=row.pk).update(**fields)


def tick(shop: Shop, at: datetime = NOW) -> Counter[str]:
    """Run what is due; counts decisions by reason ("": planned)."""
    return sum((plan.decisions for plan in run_due(now=at, shop=shop)), Counter[str]())


def shop_with_messages(count: int) -> Shop:
    """A new shop with so many messages that wait to be sent at NOW, in one batch."""
    shop = open_shop(Kind.ISSUED)
    coupon = add_coupon(shop)
    for _ in range(count):
        give(add_customer(shop), coupon)
    tick(shop)
    return shop


def set_quiet(shop: Shop, start: str, end: str) -> None:
    """Close [start, end) of the shop's clock for information (F4)."""
    sending = SendingSettings.objects.get(shop=shop)
    sending.quiet_from, sending.quiet_until = (
        datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a wall clock's time
        for text in (start, end)
    )
    sending.save()


def messages(shop: Shop) -> list[Any]:
    """The shop's messages with `state` and `reason`, oldest first."""
    return list(
        Message.objects.for_shop(shop)
        .with_state()
        .select_related("batch__run", "customer")
        .order_by("pk")
    )


def only_message(shop: Shop) -> Any:
    """The shop's one message."""
    (message,) = messages(shop)
    return message


def told_by(message: Message) -> set[str]:
    """The issue codes of the coupons that a message is about."""
    notices = CouponNotice.objects.filter(message=message)
    return set(notices.values_list("issued__code", flat=True))


def codes(issued: Iterable[IssuedCoupon]) -> set[str]:
    """Their issue codes."""
    return {one.code for one in issued}


def local(text: str, zone: str = "Asia/Seoul") -> datetime:
    """A moment by the shop's clock, e.g. `local("2026-11-20 10:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def text(message: Message) -> str:
    """What the message says."""
    revision = message.batch.revision
    assert revision
    wording = compile_body(revision.body, Topic.COUPON)
    return wording.text(message.variables, Locale.of(message.shop), NOW.year)


def use_url(shop: Shop, url: str) -> None:
    """Have a tap open this page."""
    settings = settings_of(shop)
    set_wording(
        settings=settings,
        issue_template=settings.issue_template,
        expiry_template=settings.expiry_template,
        advertising_template=settings.advertising_template,
        url=url,
        now=NOW,
    )
