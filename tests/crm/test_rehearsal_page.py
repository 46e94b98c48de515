"""The page that asks what would have gone out."""

import datetime as dt
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django_q.models import OrmQ

from crm.models import CouponNotice, Rehearsal, RehearsalState
from crm.rehearsals.rehearsing import run_rehearsal
from crm.shops import create_shop
from messaging.models import Message, SendingSettings
from orders.models import Country, Role, Shop
from tests.factories import (
    CouponFactory,
    CustomerFactory,
    IssuedCouponFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 1, 3, tzinfo=dt.UTC)  # 10:03 in Seoul
PAGE = "/rehearsal/"
BOTH = ["coupon_issued", "coupon_expiring"]
OCTOBER = {"first": "2026-10-01", "last": "2026-10-31", "jobs": BOTH}


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


def rehearsal(shop: Shop, **changes: object) -> Rehearsal:
    start = dt.datetime(2026, 9, 30, 15, 0, tzinfo=dt.UTC)
    given = {"start": start, "end": start + timedelta(days=31), "kinds": BOTH, "asked_at": NOW}
    return Rehearsal.objects.create(shop=shop, **(given | changes))


def answer(client: Client, asked: Rehearsal) -> str:
    page = client.get(f"{PAGE}{asked.pk}/", headers={"HX-Request": "true"})
    assert page.status_code == 200
    return page.content.decode()


def test_the_last_month_is_proposed_with_every_message(manager):
    page = manager.get(PAGE).content.decode()

    assert 'value="2026-10-01"' in page
    assert 'value="2026-10-31"' in page
    assert page.count("checked") == 2


def test_asking_notes_the_days_of_the_shops_calendar_and_queues_the_work(manager, shop):
    response = manager.post(PAGE, OCTOBER)

    asked = Rehearsal.objects.get()
    assert response["Location"] == f"{PAGE}{asked.pk}/"
    assert asked.start == dt.datetime(2026, 9, 30, 15, 0, tzinfo=dt.UTC)
    assert asked.end == dt.datetime(2026, 10, 31, 15, 0, tzinfo=dt.UTC)
    assert asked.kinds == BOTH
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last": "2026-11-20"}, "yesterday at the latest"),
        ({"last": "2026-09-30"}, "comes before the first"),
        ({"first": "2026-07-31"}, "at most 92 days"),
        ({"jobs": []}, "at least one message"),
        ({"first": "0001-01-01"}, "2000"),
        ({"first": "soon"}, "valid date"),
    ],
)
def test_what_can_not_be_rehearsed_is_refused_at_its_field(manager, changes, words):
    response = manager.post(PAGE, OCTOBER | changes)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Rehearsal.objects.exists()


def test_ninety_two_days_are_not_too_many(manager):
    manager.post(PAGE, OCTOBER | {"first": "2026-08-01"})

    assert Rehearsal.objects.count() == 1


def test_a_viewer_reads_answers_and_asks_nothing(shop):
    viewer = client_of(shop, Role.VIEWER)

    assert viewer.get(PAGE).status_code == 200
    assert viewer.post(PAGE, OCTOBER).status_code == 403
    assert "hx-get" in answer(viewer, rehearsal(shop))


def test_f10_another_shops_rehearsal_is_not_found(manager):
    foreign = rehearsal(create_shop(slug="other", name="옆", country=Country.KOREA, now=NOW))

    assert manager.get(f"{PAGE}{foreign.pk}/").status_code == 404
    assert "Oct" not in manager.get(PAGE).content.decode().split("Earlier rehearsals")[1]


def test_progress_is_asked_for_again(manager, shop):
    page = answer(manager, rehearsal(shop, state=RehearsalState.RUNNING, percent=45))

    assert 'hx-trigger="load delay:1s"' in page
    assert "45% of the period is through" in page


def test_a_question_that_nobody_takes_up_is_told_and_not_asked_for_ever(manager, shop):
    page = answer(manager, rehearsal(shop, asked_at=NOW - timedelta(seconds=21)))

    assert "hx-trigger" not in page
    assert "It still waits its turn." in page


def test_a_rehearsal_whose_worker_was_lost_is_not_asked_for_ever(manager, shop):
    running = rehearsal(shop, state=RehearsalState.RUNNING, asked_at=NOW - timedelta(hours=1))

    page = answer(manager, running)

    assert "hx-trigger" not in page
    assert "It did not come to an end." in page


@pytest.mark.django_db(transaction=True)  # a rehearsal has no transaction around it
def test_the_answer_names_reasons_and_the_way_to_mend_them_and_nothing_is_kept(manager, shop):
    issued_at = dt.datetime(2026, 10, 10, 3, 5, tzinfo=dt.UTC)
    bare = CouponFactory(shop=shop, grant_basis="")
    for coupon in (CouponFactory(shop=shop), bare):
        IssuedCouponFactory(customer=CustomerFactory(shop=shop), coupon=coupon, issued_at=issued_at)
    asked = rehearsal(shop)

    run_rehearsal(asked.pk)
    page = answer(manager, asked)

    assert "hx-trigger" not in page
    assert "The coupon has no grant basis" in page
    assert "/coupons/?basis=none" in page
    assert "nothing is sent" in manager.get(f"{PAGE}{asked.pk}/").content.decode()
    assert not Message.objects.exists()
    assert not CouponNotice.objects.exists()


def test_the_chart_has_every_day_of_the_period(manager, shop):
    result = {
        "kinds": {"coupon_issued": {"planned": 7, "left_out": {}}},
        "days": {"2026-10-10": 7},
    }

    page = answer(manager, rehearsal(shop, state=RehearsalState.DONE, result=result))

    assert page.count('<rect class="column"') == 31


def test_f11_a_stopped_shop_is_told_why_it_can_not_rehearse(manager, shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)

    assert "While sending is stopped nothing can be rehearsed" in (
        manager.get(PAGE).content.decode()
    )
    assert manager.post(PAGE, OCTOBER).status_code == 422
    assert not Rehearsal.objects.exists()


def test_f11_a_refused_rehearsal_says_why(manager, shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
    asked = rehearsal(shop)

    run_rehearsal(asked.pk)

    assert "It was refused: sending is stopped." in answer(manager, asked)


def test_the_list_makes_a_fixed_number_of_queries(manager, shop, django_assert_max_num_queries):
    for _ in range(5):
        rehearsal(shop, state=RehearsalState.DONE, result={"kinds": {}, "days": {}})

    with django_assert_max_num_queries(9):
        manager.get(PAGE)
