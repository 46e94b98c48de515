"""The test send's page: what it says, and what became of the test (A8)."""

import datetime as dt
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from crm.models import Kind
from crm.shops import create_shop
from messaging.dispatch import dispatch
from messaging.models import Message, Run, SendingSettings
from orders.models import Country, Role, Shop
from tests.factories import MembershipFactory, MessageFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 20, 1, 3, tzinfo=dt.UTC)  # 10:03 in Seoul
HTMX = {"HX-Request": "true"}
TEST = "/coupon-messages/test/"


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


def test_a8_the_form_says_that_an_unknown_name_may_appear_and_what_it_costs(manager):
    page = manager.get(TEST).content.decode()

    assert "a name that you don&#x27;t know may appear" in page or "don't know may appear" in page
    assert "costs points like any other message" in page


def test_a8_a_test_goes_to_the_number_that_was_typed_in(manager, shop):
    response = manager.post(TEST, {"kind": "coupon_expiring", "phone": "010-1234-5678"})

    message = Message.objects.get()
    assert message.address == "+821012345678"
    assert Run.objects.get().is_test
    assert Run.objects.get().kind == Kind.EXPIRING
    assert OrmQ.objects.count() == 1
    assert response["Location"] == f"{TEST}{message.pk}/"


def test_a8_what_is_no_number_is_refused_at_its_field(manager):
    response = manager.post(TEST, {"kind": "coupon_issued", "phone": "12"}, headers=HTMX)

    assert response.status_code == 422
    assert "That is no mobile phone number." in response.content.decode()
    assert not Message.objects.exists()


def test_a8_the_page_asks_until_the_test_has_arrived_and_then_leads_to_the_phone(manager):
    manager.post(TEST, {"kind": "coupon_issued", "phone": "010-1234-5678"})
    message = Message.objects.get()
    here = f"{TEST}{message.pk}/"

    assert 'hx-trigger="load delay:1s"' in manager.get(here, headers=HTMX).content.decode()
    dispatch(now=NOW)
    arrived = manager.get(here, headers=HTMX).content.decode()

    assert "hx-trigger" not in arrived
    assert reverse("messaging:phone", args=[message.pk]) in arrived


def test_a8_with_nobody_sending_the_page_stops_asking_and_says_so(manager):
    manager.post(TEST, {"kind": "coupon_issued", "phone": "010-1234-5678"})
    here = f"{TEST}{Message.objects.get().pk}/"

    with time_machine.travel(NOW + timedelta(seconds=21), tick=False):
        answer = manager.get(here, headers=HTMX).content.decode()

    assert "hx-trigger" not in answer
    assert "It still waits its turn." in answer


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("stopped_at", "Sending is stopped."),
        ("suspended_at", "goes out when whoever runs this Dangol lifts the suspension"),
    ],
)
def test_f11_the_test_of_a_stopped_shop_says_that_it_waits(manager, shop, field, said):
    manager.post(TEST, {"kind": "coupon_issued", "phone": "010-1234-5678"})
    SendingSettings.objects.filter(shop=shop).update(**{field: NOW})

    answer = manager.get(f"{TEST}{Message.objects.get().pk}/", headers=HTMX).content.decode()

    assert said in answer
    assert "waits" in manager.get(TEST, headers=HTMX).content.decode()
    assert "hx-trigger" not in answer


def test_f10_only_the_shops_own_tests_are_shown(manager, shop):
    foreign = MessageFactory(batch__run__is_test=True)
    no_test = MessageFactory(batch__shop=shop)

    assert manager.get(f"{TEST}{foreign.pk}/").status_code == 404
    assert manager.get(f"{TEST}{no_test.pk}/").status_code == 404
