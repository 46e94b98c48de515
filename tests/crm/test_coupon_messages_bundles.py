"""A2, A5, A6, A7, A9: what goes out together, what it says, and what is asked again at sending."""

import pytest

from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.models import State
from orders.models import Country
from tests import factories as make
from tests.crm.street import (
    BASIS,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    give,
    messages,
    only_message,
    open_shop,
    set_quiet,
    text,
    tick,
    use_url,
)

pytestmark = pytest.mark.django_db
OPENING = NOW + 2 * HOUR


@pytest.fixture
def shop():
    return open_shop(Kind.ISSUED)


@pytest.fixture
def customer(shop):
    return add_customer(shop)


@pytest.fixture
def closed(shop):
    """Sending opens at OPENING."""
    set_quiet(shop, "09:00", "12:00")
    return shop


def test_a5_coupons_that_fall_together_are_one_message(shop, customer):
    for n in range(11):
        give(customer, add_coupon(shop, f"{n}번째 쿠폰"), expires_at=NOW + (n + 1) * DAY)
    assert tick(shop) == {"": 1}
    assert "0번째 쿠폰 외 10종" in text(only_message(shop))


def test_a5_one_coupon_is_called_by_its_name(shop, customer):
    give(customer, add_coupon(shop, "봄맞이 10% 쿠폰"))
    tick(shop)
    assert "봄맞이 10% 쿠폰\n" in text(only_message(shop))


def test_a5_each_customer_has_a_message_of_their_own(shop, customer):
    coupon = add_coupon(shop)
    for member in (customer, add_customer(shop)):
        give(member, coupon)
    assert tick(shop) == {"": 2}
    assert {m.customer_id for m in messages(shop)} >= {customer.pk}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"expires_at": NOW + DAY}, {"expires_at": NOW + 2 * DAY, "issued_at": NOW - 9 * DAY}),
        ({"expires_at": NOW + DAY}, {"expires_at": None, "issued_at": NOW - 9 * DAY}),
        ({"issued_at": NOW - 2 * HOUR, "expires_at": NOW + DAY}, {"expires_at": NOW + DAY}),
        ({"issued_at": NOW - 2 * HOUR, "expires_at": None}, {"expires_at": None}),
        ({"expires_at": NOW + DAY, "code": "A1"}, {"expires_at": NOW + DAY, "code": "A2"}),
    ],
    ids=["expiry", "never expires", "issue", "issue of what never expires", "code"],
)
@pytest.mark.parametrize("turned_round", [False, True])
def test_a5_who_is_first(shop, customer, first, second, turned_round):
    lives = [("첫째", first), ("둘째", second)]
    for name, life in reversed(lives) if turned_round else lives:
        give(customer, add_coupon(shop, name), **life)
    tick(shop)
    variables = only_message(shop).variables
    assert (variables["coupon"], variables["more"]) == ("첫째", 1)


def test_a5_the_same_coupon_twice_counts_once(shop, customer):
    coupon = add_coupon(shop, "두 장", basis=BASIS)
    for _ in range(2):
        give(customer, coupon, expires_at=NOW + DAY)
    give(customer, add_coupon(shop))
    tick(shop)
    assert only_message(shop).variables["more"] == 1
    assert only_message(shop).coupon_notices.count() == 3


def test_a5_another_basis_is_another_message(shop, customer):
    give(customer, add_coupon(shop))
    give(customer, add_coupon(shop, basis="고객님의 구매로 지급된 쿠폰 안내입니다."))
    assert tick(shop) == {"": 2}


def test_a6_another_template_is_another_message(shop, customer):
    template = make.MessageTemplateFactory(shop=shop)
    give(customer, add_coupon(shop))
    give(customer, add_coupon(shop, issue_template=template))
    assert tick(shop) == {"": 2}
    assert template.current_id in {m.batch.revision_id for m in messages(shop)}


def test_a6_an_override_that_says_the_same_parts_nothing(shop, customer):
    give(customer, add_coupon(shop))
    give(customer, add_coupon(shop, issue_template=settings_of(shop).issue_template))
    assert tick(shop) == {"": 1}


def test_a5_what_comes_at_another_tick_is_another_message(shop, customer):
    give(customer, add_coupon(shop))
    tick(shop)
    give(customer, add_coupon(shop), issued_at=NOW + MINUTE)
    assert tick(shop, NOW + TICK) == {"": 1}
    assert len(messages(shop)) == 2


def test_a2_the_firsts_url_counts(shop, customer):
    use_url(shop, "https://shop.example/box")
    give(customer, add_coupon(shop, url="https://shop.example/first"), expires_at=NOW + DAY)
    give(customer, add_coupon(shop, url="https://shop.example/second"))
    tick(shop)
    assert only_message(shop).url == "https://shop.example/first"


def test_a2_without_an_override_the_shops_url_counts(shop, customer):
    use_url(shop, "https://shop.example/box")
    give(customer, add_coupon(shop))
    tick(shop)
    assert only_message(shop).url == "https://shop.example/box"


def test_a2_an_override_may_leave_the_template_to_the_shop(shop, customer):
    template = make.MessageTemplateFactory(shop=shop)
    give(customer, add_coupon(shop, expiry_template=template))
    tick(shop)
    assert only_message(shop).batch.revision_id == settings_of(shop).issue_template.current_id


def test_a5_no_expiry_is_written_out(shop, customer):
    give(customer, add_coupon(shop), expires_at=None)
    tick(shop)
    assert "기한 없음" in text(only_message(shop))


def test_a1_a_new_shop_can_send_at_once():
    shop = open_shop(Kind.ISSUED, country=Country.JAPAN)
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"": 1}
    assert dispatch(now=NOW, shop=shop) == {State.DELIVERED: 1}
