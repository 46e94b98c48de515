"""A7 and A9: what is asked again at the moment of sending."""

import pytest

from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.models import Reason, State
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
    text,
    tick,
    use_url,
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


def test_a7_a_coupon_deleted_before_sending_leaves_its_bundle(closed, customer):
    deleted = give(customer, add_coupon(closed, "첫째"), expires_at=NOW + DAY)
    give(customer, add_coupon(closed, "둘째"), expires_at=NOW + 3 * DAY)
    tick(closed)
    deleted.delete()

    assert dispatch(now=OPENING, shop=closed, connect=Scripted()) == {State.DELIVERED: 1}

    variables = only_message(closed).variables
    assert (variables["coupon"], variables["more"]) == ("둘째", 0)


def test_a7_a_message_about_a_deleted_coupon_alone_is_left_out(closed, customer):
    deleted = give(customer, add_coupon(closed))
    tick(closed)
    deleted.delete()

    dispatch(now=OPENING, shop=closed, connect=Scripted())

    message = only_message(closed)
    assert (message.state, message.reason) == (State.LEFT_OUT, Reason.COUPON_GONE)


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
