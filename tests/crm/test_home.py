"""The front page: real figures, at the price of a few queries."""

import datetime as dt
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from crm.campaigns.coupon_messages.settings import settings_of, switch
from crm.home.front_page import FirstSteps, front_page
from crm.models import CouponOverride, Kind
from crm.shops import create_shop
from messaging.models import MessageTemplate, Reason, RunState, SendingSettings, State
from orders.models import Country, Shop
from tests.factories import (
    BatchFactory,
    ChunkFactory,
    CouponFactory,
    IssuedCouponFactory,
    MembershipFactory,
    MessageFactory,
    MessageTemplateFactory,
    OutcomeFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 1, 3, tzinfo=dt.UTC)  # 10:03 in Seoul


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop() -> Shop:
    return create_shop(slug="bom", name="봄날문구", country=Country.KOREA, now=NOW)


@pytest.fixture
def owner(shop) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(MembershipFactory(shop=shop).user)
    return client


def sent(
    shop: Shop, number: int, at: dt.datetime = NOW, kind: Kind = Kind.ISSUED, **batch: object
) -> None:
    """So many messages of one run."""
    is_test, state = batch.pop("is_test", False), batch.pop("run_state", RunState.OPEN)
    run = RunFactory(shop=shop, kind=kind, as_of=at, is_test=is_test, state=state)
    made = BatchFactory(shop=shop, chunk=ChunkFactory(run=run), **batch)
    for _ in range(number):
        MessageFactory(batch=made)


def test_today_counts_what_became_of_todays_messages(shop):
    sent(shop, 3, state=State.DELIVERED)
    sent(shop, 2, NOW - timedelta(minutes=10), state=State.LEFT_OUT)
    sent(shop, 1, NOW - timedelta(minutes=20), state=State.UNKNOWN)
    sent(shop, 1, NOW - timedelta(minutes=30), state=State.FAILED)

    today = front_page(shop=shop, now=NOW).today

    assert (today.arrived, today.omitted, today.lost, today.refused) == (3, 2, 1, 1)
    assert today.rate == 60.0


def test_a_message_with_an_end_of_its_own_counts_as_that(shop):
    run = RunFactory(shop=shop, as_of=NOW)
    batch = BatchFactory(shop=shop, chunk=ChunkFactory(run=run), state=State.SENT)
    MessageFactory(batch=batch)
    for state in (State.DELIVERED, State.FAILED, State.LEFT_OUT):
        OutcomeFactory(message=MessageFactory(batch=batch), state=state)

    today = front_page(shop=shop, now=NOW).today

    assert (today.arrived, today.omitted, today.refused) == (2, 1, 1)


def test_a_day_is_the_shops_own(shop):
    sent(shop, 1, dt.datetime(2026, 11, 19, 15, 0, tzinfo=dt.UTC))  # midnight in Seoul
    sent(shop, 4, dt.datetime(2026, 11, 19, 14, 50, tzinfo=dt.UTC))

    page = front_page(shop=shop, now=NOW)

    assert page.today.arrived == 1
    assert [column.sent for column in page.days.columns[-2:]] == [4, 1]


def test_a8_tests_count_in_no_statistic(shop):
    sent(shop, 2, is_test=True)
    sent(shop, 1, NOW - timedelta(minutes=5), is_test=True, state=State.WAITING)

    page = front_page(shop=shop, now=NOW)

    assert (page.today.arrived, page.waiting, page.days.empty) == (0, 0, True)
    assert [one.sent for one in page.running] == [0, 0]


def test_f10_another_shops_messages_do_not_count(shop):
    sent(create_shop(slug="other", name="옆 가게", country=Country.KOREA, now=NOW), 3)

    page = front_page(shop=shop, now=NOW)

    assert page.today.arrived == 0
    assert page.days.empty


def test_the_chart_has_thirty_days_and_forgets_older_ones(shop):
    sent(shop, 1, NOW - timedelta(days=29))
    sent(shop, 1, NOW - timedelta(days=30))

    days = front_page(shop=shop, now=NOW).days.columns

    assert len(days) == 30
    assert sum(column.sent for column in days) == 1


def test_a_running_message_has_its_seven_days(shop):
    sent(shop, 2, NOW - timedelta(days=6), Kind.EXPIRING)
    sent(shop, 1, NOW - timedelta(days=6, minutes=-10), Kind.EXPIRING, state=State.LEFT_OUT)
    sent(shop, 4, NOW - timedelta(days=7), Kind.EXPIRING)
    switch(settings=settings_of(shop), kind=Kind.EXPIRING, on=True, since=NOW)

    issue, expiry = front_page(shop=shop, now=NOW).running

    assert (issue.on, issue.next_at) == (False, None)
    assert (expiry.on, expiry.sent, expiry.left_out) == (True, 2, 1)
    assert expiry.next_at == dt.datetime(2026, 11, 21, 1, 0, tzinfo=dt.UTC)


def test_f4_what_waits_is_shown_with_the_time_it_waits_for(shop):
    opening = NOW + timedelta(hours=2)
    sent(shop, 2, NOW - timedelta(days=40), state=State.WAITING, not_before=opening)

    page = front_page(shop=shop, now=NOW)

    assert (page.waiting, page.waiting_until) == (2, opening)


def test_what_still_waits_is_not_told_as_sent_out(shop):
    sent(shop, 1, state=State.DELIVERED)
    sent(shop, 3, NOW - timedelta(minutes=5), state=State.WAITING)

    page = front_page(shop=shop, now=NOW)

    assert page.days.columns[-1].sent == 1
    assert page.running[0].sent == 1


def test_c6_what_waits_in_a_paused_run_is_told_as_on_hold(owner, shop):
    sent(shop, 3, state=State.WAITING, run_state=RunState.PAUSED, not_before=NOW + timedelta(1))
    sent(shop, 2, NOW - timedelta(minutes=5), state=State.SENDING, run_state=RunState.PAUSED)
    sent(shop, 1, NOW - timedelta(minutes=9), state=State.WAITING)

    found = front_page(shop=shop, now=NOW)
    page = owner.get("/").content.decode()

    assert (found.waiting, found.on_hold, found.waiting_until) == (6, 3, None)
    assert "3 of them are on hold" in page
    assert "going out now" in page


def test_c6_nothing_goes_out_now_where_all_that_waits_is_on_hold(owner, shop):
    sent(shop, 3, state=State.WAITING, run_state=RunState.PAUSED)

    page = owner.get("/").content.decode()

    assert "3 of them are on hold" in page
    assert "going out now" not in page and "wait for their time" not in page


# --- What somebody should look at ---------------------------------------------------------------
def test_with_nothing_to_look_at_the_page_says_so_calmly(owner):
    assert "All is well." in owner.get("/").content.decode()


def test_a9_coupons_without_basis_are_told_with_what_they_hold_back(owner, shop):
    CouponFactory(shop=shop, grant_basis="")
    sent(shop, 2, state=State.LEFT_OUT, reason=Reason.NO_GRANT_BASIS)

    page = owner.get("/").content.decode()

    assert "1 coupon has no grant basis" in page
    assert "2 messages of the last 30 days were held back" in page
    assert "/coupons/?basis=none" in page


def test_f1_unknown_messages_are_told(owner, shop):
    sent(shop, 1, NOW - timedelta(days=1), state=State.UNKNOWN)

    page = owner.get("/").content.decode()

    assert "1 message of which we don't know whether it arrived" in page
    assert "state=unknown" in page


def test_f11_stopped_sending_is_told(owner, shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)

    page = owner.get("/").content.decode()

    assert "Sending is stopped" in page
    assert "Since: today 10:03" in page


def test_templates_in_use_without_wording_are_told_once_each(shop):
    empty = MessageTemplateFactory(shop=shop)
    MessageTemplate.objects.filter(pk=empty.pk).update(current=None)
    MessageTemplate.objects.filter(pk=settings_of(shop).issue_template_id).update(current=None)
    for _ in range(2):
        CouponOverride.objects.create(coupon=CouponFactory(shop=shop), issue_template=empty)

    assert front_page(shop=shop, now=NOW).attention.without_wording == 2


def test_a_run_that_nobody_ran_is_told(shop):
    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=NOW - timedelta(minutes=30))

    found = front_page(shop=shop, now=NOW).attention

    assert found.late_since == dt.datetime(2026, 11, 20, 0, 40, tzinfo=dt.UTC)
    assert not found.calm


# --- A new shop -------------------------------------------------------------------------------
def test_a_new_shop_is_told_what_to_do_first(owner, shop):
    page = owner.get("/").content.decode()

    assert "Send one to your own phone" in page
    assert "/coupon-messages/test/" in page


def steps(shop: Shop) -> FirstSteps:
    found = front_page(shop=shop, now=NOW).first_steps
    assert found
    return found


def test_a8_a_test_ticks_the_first_step_off(shop):
    assert not steps(shop).tested

    run = RunFactory(shop=shop, is_test=True)
    MessageFactory(batch=BatchFactory(shop=shop, chunk=ChunkFactory(run=run)), customer=None)

    assert steps(shop).tested


def test_the_first_steps_go_once_they_are_taken(shop):
    IssuedCouponFactory(customer__shop=shop)
    assert front_page(shop=shop, now=NOW).first_steps is not None

    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=NOW)

    assert front_page(shop=shop, now=NOW).first_steps is None


def test_a_shop_without_coupon_messages_has_a_front_page(shop, owner):
    shop.coupon_messages.delete()

    assert owner.get("/").status_code == 200


def test_c8_the_preparations_are_on_the_front_page(owner):
    page = owner.get("/").content.decode()

    for title in ("Sender number", "Kakao channel", "Points", "080 opt-out number"):
        assert title in page


def test_c8_what_nothing_needs_stands_apart_from_what_is_needed_now(owner):
    page = owner.get("/").content.decode()

    assert "All that is needed now is ready" in page
    now, later = page.split("Not needed now")
    assert "Kakao channel" in now and "Sender number" in later


def test_the_page_makes_a_fixed_number_of_queries(shop, django_assert_num_queries):
    def read() -> None:
        with django_assert_num_queries(11):
            front_page(shop=shop, now=NOW)

    read()
    for n in range(4):
        sent(shop, 2, NOW - timedelta(days=n))
        CouponFactory(shop=shop, grant_basis="")
        CouponOverride.objects.create(coupon=CouponFactory(shop=shop), url="https://a.example")
    IssuedCouponFactory(customer__shop=shop)
    read()
