"""The coupon messages' page: settings, forecast, switches."""

import datetime as dt
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.campaigns.coupon_messages.settings import settings_of, switch
from crm.models import CouponMessageSettings, CouponOverride, Due, Kind
from crm.shops import create_shop
from messaging.models import Gateway, SendingSettings
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


def client_of(shop: Shop, role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(MembershipFactory(shop=shop, role=role).user)
    return client


@pytest.fixture
def manager(shop) -> Client:
    return client_of(shop, Role.MANAGER)


@pytest.fixture
def viewer(shop) -> Client:
    return client_of(shop, Role.VIEWER)


def switch_url(kind: Kind) -> str:
    return reverse("crm:coupon_messages_switch", args=[kind.value])


def forecast_url(kind: Kind) -> str:
    return reverse("crm:coupon_messages_forecast", args=[kind.value])


def chosen(shop: Shop, **changes: object) -> dict[str, object]:
    settings = settings_of(shop)
    return {
        "issue_template": settings.issue_template_id,
        "expiry_template": settings.expiry_template_id,
        "expiry_time": "10:00",
        "url": "https://bomnal.example/coupons",
    } | changes


# --- A1: settings -----------------------------------------------------------------------------
def test_a1_a_new_shop_has_working_templates_chosen(manager):
    page = manager.get(PAGE).content.decode()

    assert "기본 템플릿 · 쿠폰 발급" in page
    assert "쿠폰이 도착했어요" in page
    assert "쿠폰이 곧 사라져요" in page


def test_a1_wording_and_page_are_saved(manager, shop):
    own = MessageTemplateFactory(shop=shop, name="우리 가게 말투")

    response = manager.post(PAGE, chosen(shop, issue_template=own.pk))

    assert response.status_code == 302
    settings = settings_of(shop)
    assert settings.issue_template == own
    assert settings.url == "https://bomnal.example/coupons"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("javascript:alert(1)", "Write the whole address"),
        ("https://bomnal\u202e.example/", "U+202E"),
        ("https://user:pw@bomnal.example/", "before an @"),
    ],
)
def test_a1_an_address_that_is_none_is_refused_at_its_field(manager, shop, url, told):
    response = manager.post(PAGE, chosen(shop, url=url, expiry_time="12:30"))

    assert response.status_code == 422
    assert told in response.content.decode()
    assert settings_of(shop).expiry_time == dt.time(10)


def test_f10_another_shops_template_can_not_be_chosen(manager, shop):
    foreign = MessageTemplateFactory()

    response = manager.post(PAGE, chosen(shop, issue_template=foreign.pk))

    assert response.status_code == 422
    assert settings_of(shop).issue_template != foreign


def test_a_viewer_reads_and_changes_nothing(viewer, shop):
    page = viewer.get(PAGE)

    assert page.status_code == 200
    assert 'role="switch"' not in page.content.decode()
    assert "Test send" not in page.content.decode()
    assert viewer.post(PAGE, chosen(shop)).status_code == 403
    assert viewer.post(switch_url(Kind.ISSUED), {"on": "yes"}).status_code == 403
    assert viewer.get(reverse("crm:coupon_messages_test")).status_code == 403


def test_a2_the_page_counts_the_coupons_that_do_it_their_own_way(manager, shop):
    CouponOverride.objects.create(coupon=CouponFactory(shop=shop), url="https://a.example")
    CouponOverride.objects.create(coupon=CouponFactory(), url="https://b.example")

    assert "1 coupon has a template or a page of its own" in manager.get(PAGE).content.decode()


# --- A4: the time -----------------------------------------------------------------------------
def test_a4_the_page_says_which_expiries_the_next_message_is_for(manager):
    page = manager.get(PAGE).content.decode()

    # 10:03 is past 10:00: tomorrow's, for what ends from 12:00 until the day after's 12:00
    assert "Next: tomorrow 10:00, for coupons that end between tomorrow 12:00" in page


def test_a4_another_time_goes_on_where_the_last_window_ended(manager, shop):
    switch(settings=settings_of(shop), kind=Kind.EXPIRING, on=True, since=NOW)
    seen = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)  # 12:00 on the 21st
    Due.objects.filter(job=Kind.EXPIRING.value).update(seen_through=seen)

    answer = manager.post(
        reverse("crm:coupon_messages_live"), chosen(shop, expiry_time="18:00"), headers=HTMX
    ).content.decode()

    assert "Next: today 18:00, for coupons that end between tomorrow 12:00 and tomorrow 20:00" in (
        answer.replace("Nov 21, ", "tomorrow ")
    )
    assert settings_of(shop).expiry_time == dt.time(10)


def test_a4_saving_a_time_moves_the_next_run(manager, shop):
    switch(settings=settings_of(shop), kind=Kind.EXPIRING, on=True, since=NOW)

    manager.post(PAGE, chosen(shop, expiry_time="18:00"))

    assert settings_of(shop).expiry_time == dt.time(18)
    assert Due.objects.get(job=Kind.EXPIRING.value).next_at.hour == 9  # 18:00 in Seoul


def test_a4_a_time_that_is_not_offered_is_refused(manager, shop):
    assert manager.post(PAGE, chosen(shop, expiry_time="18:30")).status_code == 422


# --- A10: forecast and switches -----------------------------------------------------------------
def test_a10_the_forecast_says_who_is_left_out_why_and_how_to_mend_it(viewer, shop):
    IssuedCouponFactory(customer=CustomerFactory(shop=shop))
    IssuedCouponFactory(customer=CustomerFactory(shop=shop, phone=""))
    IssuedCouponFactory(
        customer=CustomerFactory(shop=shop), coupon=CouponFactory(shop=shop, grant_basis="")
    )

    answer = viewer.get(forecast_url(Kind.ISSUED), headers=HTMX).content.decode()

    assert "one coupon, one person" in answer
    assert f'{reverse("crm:coupons")}?basis=none"' in answer
    assert reverse("crm:customers") in answer
    assert "Goes out: today 10:10, within a minute." in answer
    assert "0 points" in answer


def test_a10_without_a_channel_the_forecast_leads_to_where_it_is_connected(viewer, shop):
    IssuedCouponFactory(customer=CustomerFactory(shop=shop))
    Gateway.objects.all().delete()

    answer = viewer.get(forecast_url(Kind.ISSUED), headers=HTMX).content.decode()

    assert reverse("messaging:gateways") in answer


def test_a10_looking_at_the_question_turns_nothing_on(manager, shop):
    for headers in ({}, HTMX):
        answer = manager.get(switch_url(Kind.ISSUED), headers=headers)
        assert "Turn the issue message on?" in answer.content.decode()
    manager.post(switch_url(Kind.ISSUED), {"on": "ask"})

    assert settings_of(shop).issue_since is None


def test_a10_confirming_turns_it_on(manager, shop):
    response = manager.post(switch_url(Kind.ISSUED), {"on": "yes"})

    assert response.status_code == 302
    assert settings_of(shop).issue_since == NOW
    assert settings_of(shop).expiry_since is None
    assert "Next: today 10:10" in manager.get(PAGE).content.decode()


def test_a10_turning_on_in_the_page_changes_switch_and_status_and_shuts_the_dialog(manager):
    answer = manager.post(switch_url(Kind.EXPIRING), {"on": "yes"}, headers=HTMX)

    assert answer["HX-Trigger"] == "close-dialog"
    page = answer.content.decode()
    assert 'aria-checked="true"' in page
    assert 'id="coupon_expiring-status" hx-swap-oob="true"' in page
    assert "The expiry message is on." in page


def test_a10_turning_off_asks_nothing_and_says_what_happens(manager, shop):
    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=NOW)

    answer = manager.post(switch_url(Kind.ISSUED), {"on": "no"}, headers=HTMX)

    assert settings_of(shop).issue_since is None
    assert "What is planned already still goes out." in answer.content.decode()


def test_f11_the_forecast_of_a_stopped_shop_says_that_it_waits(viewer, shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
    IssuedCouponFactory(customer=CustomerFactory(shop=shop))

    answer = viewer.get(forecast_url(Kind.ISSUED), headers=HTMX).content.decode()

    assert "Sending is stopped: this waits" in answer


def test_a_run_that_is_overdue_is_told(manager, shop):
    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=NOW - timedelta(minutes=30))

    assert "Was due today 09:40" in manager.get(PAGE).content.decode()


def test_an_unknown_kind_and_a_shop_without_settings_are_not_found(manager, shop):
    assert manager.get("/coupon-messages/order_shipped/forecast/").status_code == 404
    CouponMessageSettings.objects.all().delete()
    assert manager.get(PAGE).status_code == 404


def test_the_page_makes_a_fixed_number_of_queries(manager, shop, django_assert_max_num_queries):
    for _ in range(3):
        IssuedCouponFactory(customer=CustomerFactory(shop=shop), coupon=CouponFactory(shop=shop))
        MessageTemplateFactory(shop=shop)
    with django_assert_max_num_queries(22):
        manager.get(PAGE)
