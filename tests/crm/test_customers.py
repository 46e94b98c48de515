"""Members: the search, and everything about one of them."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from coupons.models.issued import Life, life_of
from crm import people
from messaging.models import Reason, State
from orders.models import AuditEvent, ConsentKind
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

MEMBERS = reverse("crm:customers")
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(make.NOW, tick=False):
        yield


def asked(client, query):
    return (
        client.post(MEMBERS, query, follow=True) if "who" in query else client.get(MEMBERS, query)
    )


def shown(client, **query) -> list[int]:
    html = asked(client, query).content.decode()
    return [int(pk) for pk in re.findall(r'class="open" href="/members/(\d+)/"', html)]


def member_page(client, customer):
    return client.get(reverse("crm:customer", args=[customer.pk]))


@pytest.fixture
def customer(cast: Cast):
    return make.CustomerFactory(
        shop=cast.shop, mall_id="haneul90", name="이하늘", phone="+821012345678"
    )


@pytest.mark.parametrize(
    "typed", ["haneul90", "이하늘", "이하", "010-1234-5678", "+82 10 1234 5678", "5678"]
)
def test_a_member_is_found_by_id_name_and_phone(cast: Cast, customer, typed):
    make.CustomerFactory(shop=cast.shop)
    assert shown(cast.viewer, who=typed) == [customer.pk]


def test_a_member_id_of_digits_is_found_though_it_is_no_phone_number(cast: Cast):
    customer = make.CustomerFactory(shop=cast.shop, mall_id="17850")
    assert shown(cast.viewer, who="17850") == [customer.pk]


def test_four_digits_find_both_the_member_id_and_the_phone(cast: Cast, customer):
    other = make.CustomerFactory(shop=cast.shop, mall_id="5678")
    assert set(shown(cast.viewer, who="5678")) == {customer.pk, other.pk}


@pytest.mark.parametrize("typed", ["123", "x" * 81, "a\x00"])
def test_a_search_that_makes_no_sense_is_told(cast: Cast, typed):
    response = asked(cast.viewer, {"who": typed})
    assert response.status_code == 200
    assert 'class="errors"' in response.content.decode()


def test_too_many_people_are_told(cast: Cast, monkeypatch):
    monkeypatch.setattr("orders.search.MOST_PEOPLE", 2)
    for _ in range(3):
        make.CustomerFactory(shop=cast.shop, name="김하늘")
    html = asked(cast.viewer, {"who": "김"}).content.decode()
    assert 'class="errors"' in html


def test_members_are_paged_each_once(cast: Cast):
    made = sorted(
        (make.CustomerFactory(shop=cast.shop) for _ in range(23)), key=lambda one: one.mall_id
    )
    seen, after = [], None
    while True:
        page = people.find_page(shop=cast.shop, after=after, size=5)
        seen += page.rows
        if (after := page.after) is None:
            break
    assert seen == made
    back = people.find_page(shop=cast.shop, before=page.before, size=5)
    assert back.rows == made[15:20]
    assert people.find_page(shop=cast.shop, before=made[3].pk, size=5).rows == made[:5]


@pytest.mark.parametrize("place", ["x", "-1", "9" * 40, "999999"])
def test_a_page_that_is_not_there_is_the_first(cast: Cast, customer, place):
    assert shown(cast.viewer, after=place) == [customer.pk]
    assert shown(cast.viewer, before=place) == [customer.pk]


def test_f10_another_shops_members_are_not_found(cast: Cast, customer):
    assert shown(cast.outsider) == []
    for typed in ("haneul90", "이하늘", "010-1234-5678"):
        assert shown(cast.outsider, who=typed) == []
    assert shown(cast.outsider, after=str(customer.pk)) == []


@pytest.mark.parametrize("name", ["customer", "unmask_customer"])
def test_f10_another_shops_member_is_as_one_that_does_not_exist(cast: Cast, customer, name):
    for pk in (customer.pk, 10**9):
        url = reverse(f"crm:{name}", args=[pk])
        assert cast.outsider.get(url).status_code == 404
    url = reverse("crm:unmask_customer", args=[customer.pk])
    assert cast.outsider.post(url, {"reason": "x"}).status_code == 404
    assert not AuditEvent.objects.exists()


def test_f9_members_are_masked_for_everybody(cast: Cast, customer):
    for client in (cast.viewer, cast.manager, cast.owner):
        for response in (client.get(MEMBERS), member_page(client, customer)):
            html = response.content.decode()
            assert "이*늘" in html and "010-****-5678" in html and "han*****" in html
            for whole in ("이하늘", "1234-5678", "haneul90"):
                assert whole not in html


def test_f9_a_manager_unmasks_a_member_with_a_reason_for_once(cast: Cast, customer):
    url = reverse("crm:unmask_customer", args=[customer.pk])
    response = cast.manager.post(url, {"reason": "고객 문의"})
    for whole in ("이하늘", "010-1234-5678", "haneul90", "haneul90@example.com"):
        assert whole in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.get()
    assert (event.user, event.reason) == (cast.users["manager"], "고객 문의")
    assert event.about == f"customer:{customer.pk}"
    assert "이하늘" not in member_page(cast.manager, customer).content.decode()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_f9_without_a_good_reason_nothing_is_shown_or_recorded(cast: Cast, customer, reason):
    url = reverse("crm:unmask_customer", args=[customer.pk])
    response = cast.manager.post(url, {"reason": reason})
    assert response.status_code == 422
    assert "이하늘" not in response.content.decode()
    assert not AuditEvent.objects.exists()


def test_f9_a_viewer_can_not_unmask_a_member(cast: Cast, customer):
    url = reverse("crm:unmask_customer", args=[customer.pk])
    assert cast.viewer.post(url, {"reason": "x"}).status_code == 403
    assert "unmask" not in member_page(cast.viewer, customer).content.decode()


LIVES = [
    ({}, Life.USABLE),
    ({"valid_from": make.NOW + HOUR}, Life.LATER),
    ({"valid_from": make.NOW}, Life.USABLE),
    ({"expires_at": None}, Life.USABLE),
    ({"valid_from": make.NOW - 2 * HOUR, "expires_at": make.NOW}, Life.EXPIRED),
    ({"used_at": make.NOW}, Life.USED),
    ({"used_at": make.NOW + HOUR}, Life.USABLE),
    ({"withdrawn_at": make.NOW - HOUR}, Life.WITHDRAWN),
    (
        {
            "valid_from": make.NOW - 3 * HOUR,
            "expires_at": make.NOW - 2 * HOUR,
            "withdrawn_at": make.NOW - HOUR,
        },
        Life.EXPIRED,
    ),
]


@pytest.mark.parametrize(("fields", "life"), LIVES)
def test_a_coupon_stands_as_its_times_say(fields, life):
    fields = {"issued_at": make.NOW - 3 * HOUR, "learned_at": make.NOW} | fields
    assert life_of(make.IssuedCouponFactory(**fields), make.NOW)[0] == life


def test_a_member_page_shows_coupons_orders_consents_and_messages(cast: Cast, customer):
    make.IssuedCouponFactory(customer=customer, coupon__name="가을 쿠폰")
    order = make.OrderFactory(customer=customer, total=34500)
    make.ConsentFactory(customer=customer, kind=ConsentKind.PUSH, given=False, source="cafe24")
    make.MessageFactory(
        customer=customer,
        batch__shop=cast.shop,
        batch__state=State.LEFT_OUT,
        batch__reason=Reason.NO_GRANT_BASIS,
    )
    make.MessageFactory(batch__shop=cast.shop)
    cast.viewer.cookies["django_language"] = "en"
    html = member_page(cast.viewer, customer).content.decode()
    for words in ("가을 쿠폰", "₩34,500", order.number, "cafe24", str(Reason.NO_GRANT_BASIS.label)):
        assert words in html
    assert html.count('class="open"') == 1


def test_a_member_without_anything_has_a_page(cast: Cast):
    customer = make.CustomerFactory(shop=cast.shop, name="", phone="", email="")
    assert member_page(cast.viewer, customer).status_code == 200


def test_the_pages_make_a_fixed_number_of_queries(cast: Cast, customer, count_queries):
    def fill():
        for _ in range(3):
            make.CustomerFactory(shop=cast.shop)
            make.IssuedCouponFactory(customer=customer)
            make.OrderFactory(customer=customer)
            make.MessageFactory(customer=customer, batch__shop=cast.shop)

    fill()
    few = count_queries(lambda: (shown(cast.viewer), member_page(cast.viewer, customer)))
    fill()
    many = count_queries(lambda: (shown(cast.viewer), member_page(cast.viewer, customer)))
    assert few == many


@pytest.fixture
def count_queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(do):
        with CaptureQueriesContext(connection) as queries:
            do()
        return len(queries)

    return count
