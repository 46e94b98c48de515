"""The phone beside the coupon messages' settings, and the page that its buttons open."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.campaigns.coupon_messages.settings import settings_of
from crm.shops import create_shop
from orders.models import Country, Role, Shop
from tests.factories import (
    CouponFactory,
    CustomerFactory,
    IssuedCouponFactory,
    MembershipFactory,
    MessageTemplateFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 1, 3, tzinfo=dt.UTC)  # 10:03 in Seoul
PAGE = "/coupon-messages/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop() -> Shop:
    return create_shop(slug="bom", name="봄날문구", country=Country.KOREA, now=NOW)


@pytest.fixture
def manager(shop) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(MembershipFactory(shop=shop, role=Role.MANAGER).user)
    return client


def chosen(shop: Shop, **changes: object) -> dict[str, object]:
    settings = settings_of(shop)
    return {
        "issue_template": settings.issue_template_id,
        "expiry_template": settings.expiry_template_id,
        "expiry_time": "10:00",
        "url": "https://bomnal.example/coupons",
    } | changes


def test_the_preview_shows_a_real_coupon_and_a_made_up_person(manager, shop):
    customer = CustomerFactory(shop=shop, name="박진짜")
    coupon = CouponFactory(shop=shop, name="가을 감사 쿠폰")
    IssuedCouponFactory(customer=customer, coupon=coupon)

    page = manager.get(PAGE).content.decode()

    assert "<mark>가을 감사 쿠폰</mark>" in page
    assert "박진짜" not in page


def test_the_preview_changes_with_what_is_chosen_and_saves_nothing(manager, shop):
    own = MessageTemplateFactory(shop=shop, body="우리 가게 #{상점명}\n#{지급근거}")

    answer = manager.post(
        reverse("crm:coupon_messages_live"), chosen(shop, issue_template=own.pk), headers=HTMX
    ).content.decode()

    assert "우리 가게 <mark>봄날문구</mark>" in answer
    assert 'href="https://bomnal.example/coupons"' in answer
    assert settings_of(shop).issue_template != own


def test_the_preview_opens_no_address_that_is_none(manager, shop):
    live = reverse("crm:coupon_messages_live")

    answer = manager.post(live, chosen(shop, url="javascript:alert(1)"), headers=HTMX)

    assert "javascript:" not in answer.content.decode()


def test_the_preview_has_a_link_button_only_where_the_message_will_have_one(manager, shop):
    live = reverse("crm:coupon_messages_live")

    without = manager.post(live, chosen(shop, url=""), headers=HTMX).content.decode()
    with_url = manager.post(live, chosen(shop, url="https://a.example/"), headers=HTMX)

    assert "쿠폰함 열기" not in without and "채널 추가" in without
    assert "쿠폰함 열기" in with_url.content.decode()


def test_an_address_with_a_variable_is_refused(manager, shop):
    answer = manager.post(PAGE, chosen(shop, url="https://a.example/#{이름}"))

    assert answer.status_code == 422
    assert "hold a variable" in answer.content.decode()
