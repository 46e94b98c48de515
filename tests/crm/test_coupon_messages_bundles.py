"""A2, A5, A6, A7, A9: what goes out together, what it says, and what is asked again at sending."""

import pytest

from crm.coupon_settings import set_wording, settings_of
from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.models import Reason, State, Topic
from messaging.wording import Locale, compile_body
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
    change,
    give,
    messages,
    only_message,
    open_shop,
    set_quiet,
    tick,
)
from tests.messaging.scripted import Scripted

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


def text(message):
    revision = message.batch.revision
    wording = compile_body(revision.body, Topic.COUPON)
    return wording.text(message.variables, Locale.of(message.shop), NOW.year)


def use_url(shop, url):
    settings = settings_of(shop)
    set_wording(
        settings=settings,
        issue_template=settings.issue_template,
        expiry_template=settings.expiry_template,
        url=url,
    )


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


@pytest.mark.parametrize("end", ["used_at", "withdrawn_at", "expires_at"])
def test_a7_a_coupon_lost_before_sending_leaves_its_bundle(closed, customer, end):
    use_url(closed, "https://shop.example/box")
    lost = give(
        customer,
        add_coupon(closed, "첫째", url="https://shop.example/first"),
        expires_at=NOW + DAY,
    )
    for name in ("둘째", "셋째"):
        give(customer, add_coupon(closed, name), expires_at=NOW + 3 * DAY)
    tick(closed)
    change(lost, **{end: OPENING})

    provider = Scripted()
    assert dispatch(now=OPENING, shop=closed, connect=provider) == {State.DELIVERED: 1}

    message = only_message(closed)
    assert (message.variables["coupon"], message.variables["more"]) == ("둘째", 1)
    assert message.variables["expires"][:10] == f"{NOW + 3 * DAY:%Y-%m-%d}"
    assert message.url == "https://shop.example/box"
    ((_key, payload),) = provider.sent
    assert "둘째 외 1종" in payload.decode()


def test_a7_another_than_the_first_lost_only_changes_n(closed, customer):
    give(customer, add_coupon(closed, "첫째"), expires_at=NOW + DAY)
    lost = give(customer, add_coupon(closed, "둘째"), expires_at=NOW + 2 * DAY)
    tick(closed)
    change(lost, used_at=OPENING)
    dispatch(now=OPENING, shop=closed)
    variables = only_message(closed).variables
    assert (variables["coupon"], variables["more"]) == ("첫째", 0)


def test_a7_one_of_two_of_the_same_lost_changes_nothing_that_is_said(closed, customer):
    coupon = add_coupon(closed, "첫째")
    lost, _kept = (give(customer, coupon, expires_at=NOW + DAY) for _ in range(2))
    give(customer, add_coupon(closed, "둘째"))
    tick(closed)
    change(lost, used_at=OPENING)
    dispatch(now=OPENING, shop=closed)
    variables = only_message(closed).variables
    assert (variables["coupon"], variables["more"]) == ("첫째", 1)


def test_a7_a_coupon_lost_after_sending_changes_nothing(closed, customer):
    issued = give(customer, add_coupon(closed))
    tick(closed)
    dispatch(now=OPENING, shop=closed)
    change(issued, used_at=OPENING + MINUTE)
    assert tick(closed, OPENING + TICK) == {}
    assert only_message(closed).state == State.DELIVERED


def test_a7_an_empty_bundle_is_left_out(closed, customer):
    lost = [give(customer, add_coupon(closed)) for _ in range(2)]
    tick(closed)
    for issued in lost:
        change(issued, used_at=OPENING)
    provider = Scripted()
    assert dispatch(now=OPENING, shop=closed, connect=provider) == {State.LEFT_OUT: 1}
    message = only_message(closed)
    assert (message.state, message.reason) == (State.LEFT_OUT, Reason.COUPON_GONE)
    assert provider.sent == []


def test_a7_an_empty_bundle_among_others_is_left_out_alone(closed, customer):
    coupon = add_coupon(closed)
    lost = give(customer, coupon)
    give(add_customer(closed), coupon)
    tick(closed)
    change(lost, withdrawn_at=OPENING)
    counts = dispatch(now=OPENING, shop=closed)
    assert counts == {State.LEFT_OUT: 1, State.DELIVERED: 1}
    gone, arrived = messages(closed)
    assert (gone.state, gone.reason) == (State.LEFT_OUT, Reason.COUPON_GONE)
    assert (arrived.state, arrived.reason) == (State.DELIVERED, "")
    assert (arrived.batch.size, arrived.batch.left_out) == (2, 1)


def test_a7_what_is_gone_is_not_decided_again(closed, customer):
    issued = give(customer, add_coupon(closed))
    tick(closed)
    change(issued, used_at=OPENING)
    dispatch(now=OPENING, shop=closed)
    change(issued, used_at=None)
    assert tick(closed, OPENING + TICK) == {}


def test_a7_the_address_is_that_of_the_moment_of_sending(closed, customer):
    give(customer, add_coupon(closed))
    tick(closed)
    change(customer, phone="+821000000088")
    provider = Scripted()
    dispatch(now=OPENING, shop=closed, connect=provider)
    assert only_message(closed).address == "+821000000088"
    assert b"+821000000088" in provider.sent[0][1]


def test_a9_without_a_basis_nothing_goes_out(shop, customer):
    give(customer, add_coupon(shop, basis=""))
    assert tick(shop) == {"no_grant_basis": 1}
    assert dispatch(now=NOW, shop=shop) == {}


def test_a9_the_basis_stands_on_a_line_of_its_own(shop, customer):
    coupon = add_coupon(shop, basis="")
    give(customer, coupon)
    tick(shop)
    change(coupon, grant_basis=BASIS)
    tick(shop, NOW + TICK)
    provider = Scripted()
    dispatch(now=NOW + TICK, shop=shop, connect=provider)
    assert f"※ {BASIS}" in text(only_message(shop)).splitlines()
    assert BASIS in provider.sent[0][1].decode()


def test_a9_no_message_goes_out_with_an_empty_basis(closed, customer):
    coupons = [add_coupon(closed, "첫째"), add_coupon(closed, "둘째")]
    lost = give(customer, coupons[0], expires_at=NOW + DAY)
    give(customer, coupons[1])
    tick(closed)
    change(lost, used_at=OPENING)
    for coupon in coupons:
        change(coupon, grant_basis="")
    assert dispatch(now=OPENING, shop=closed) == {State.LEFT_OUT: 1}
    assert only_message(closed).reason == Reason.NO_GRANT_BASIS
    for coupon in coupons:
        change(coupon, grant_basis=BASIS)
    assert tick(closed, OPENING + TICK) == {"": 1}


def test_a5_no_expiry_is_written_out(shop, customer):
    give(customer, add_coupon(shop), expires_at=None)
    tick(shop)
    assert "기한 없음" in text(only_message(shop))


def test_a1_a_new_shop_can_send_at_once():
    shop = open_shop(Kind.ISSUED, country=Country.JAPAN)
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"": 1}
    assert dispatch(now=NOW, shop=shop) == {State.DELIVERED: 1}
