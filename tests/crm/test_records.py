"""Who changed what is sent, and when, stays on record."""

import datetime as dt

import pytest

from crm.campaigns.coupon_messages.settings import set_expiry_time, set_wording, settings_of, switch
from crm.coupons import save_coupon
from crm.models import Kind
from orders.models import AuditEvent, User
from tests.crm.street import open_shop
from tests.factories import NOW, CouponFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create()
    return made


def recorded(shop) -> list[tuple[str, str, User | None]]:
    events = AuditEvent.objects.filter(shop=shop).order_by("pk")
    return [(event.action, event.about, event.user) for event in events]


def test_turning_a_message_on_and_off_is_on_record_once_each(user):
    shop = open_shop()
    for on in (True, True, False):
        switch(settings=settings_of(shop), kind=Kind.ISSUED, on=on, since=NOW, user=user)
    assert recorded(shop) == [
        ("turn_on_coupon_issued", "", user),
        ("turn_off_coupon_issued", "", user),
    ]


def test_the_command_line_leaves_a_record_of_nobody():
    shop = open_shop(Kind.EXPIRING)
    assert recorded(shop) == [("turn_on_coupon_expiring", "", None)]


def test_another_time_of_day_is_on_record(user):
    shop = open_shop()
    for _twice in range(2):
        set_expiry_time(settings=settings_of(shop), at=dt.time(9, 30), now=NOW, user=user)
    assert recorded(shop) == [("set_expiry_time", "09:30", user)]


def test_other_wording_is_on_record(user):
    shop = open_shop()
    for _twice in range(2):
        settings = settings_of(shop)
        issue, expiry = settings.issue_template, settings.expiry_template
        set_wording(
            settings=settings,
            issue_template=issue,
            expiry_template=expiry,
            advertising_template=None,
            url="https://shop.example/",
            now=NOW,
            user=user,
        )
    about = f"issue_template:{issue.pk} expiry_template:{expiry.pk}"
    assert recorded(shop) == [("set_wording", about, user)]


def test_what_a_coupon_does_differently_is_on_record(user):
    shop = open_shop()
    coupon = CouponFactory.create(shop=shop)
    for url in ("https://shop.example/", "https://shop.example/", "", ""):
        save_coupon(
            coupon=coupon,
            user=user,
            sentence=coupon.grant_basis,
            issue_template=None,
            expiry_template=None,
            url=url,
            now=NOW,
        )
    about = f"coupon:{coupon.pk}"
    assert recorded(shop) == [
        ("set_coupon_override", about, user),
        ("clear_coupon_override", about, user),
    ]
