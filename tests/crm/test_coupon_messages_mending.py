"""A3: what was left out for something that can be mended is decided again, on the same row."""

import pytest

from crm.models import CouponNotice, Kind
from messaging.dispatch import dispatch
from messaging.models import Batch, Gateway, Message, PastReason, Reason, Run, State
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
    codes,
    give,
    messages,
    only_message,
    open_shop,
    set_quiet,
    tick,
    told_by,
)

pytestmark = pytest.mark.django_db
LATER = NOW + TICK


@pytest.fixture
def shop():
    return open_shop(Kind.ISSUED)


def template_without_wording(shop):
    template = make.MessageTemplateFactory(shop=shop)
    change(template, current=None)
    return template


def test_a3_an_address_mends_the_same_row(shop):
    customer = add_customer(shop, phone="")
    give(customer, add_coupon(shop))
    tick(shop)
    left_out = only_message(shop)
    change(customer, phone="+821000000077")

    assert tick(shop, LATER) == {"": 1}

    message = only_message(shop)
    assert (message.pk, message.state, message.address) == (
        left_out.pk,
        State.WAITING,
        "+821000000077",
    )
    past = PastReason.objects.get(message=message)
    assert (past.reason, past.since, past.until) == (Reason.NO_ADDRESS, NOW, LATER)
    assert Batch.objects.get(pk=left_out.batch_id).size == 0
    assert message.batch.run.as_of == LATER
    assert not CouponNotice.objects.filter(shop=shop, waiting=True).exists()


def test_a3_a_basis_mends_the_same_row(shop):
    coupon = add_coupon(shop, basis="")
    give(add_customer(shop), coupon)
    assert tick(shop) == {"no_grant_basis": 1}
    left_out = only_message(shop)
    change(coupon, grant_basis=BASIS)
    assert tick(shop, LATER) == {"": 1}
    message = only_message(shop)
    assert (message.pk, message.variables["basis"]) == (left_out.pk, BASIS)


def test_a3_a_template_mends_the_same_row(shop):
    template = template_without_wording(shop)
    give(add_customer(shop), add_coupon(shop, issue_template=template))
    assert tick(shop) == {"no_template": 1}
    left_out = only_message(shop)
    revision = make.TemplateRevisionFactory(template=template)
    change(template, current=revision)
    assert tick(shop, LATER) == {"": 1}
    message = only_message(shop)
    assert (message.pk, message.batch.revision_id) == (left_out.pk, revision.pk)


def test_a3_a_gateway_mends_the_same_row(shop):
    Gateway.objects.filter(shop=shop).delete()
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"no_gateway": 1}
    left_out = only_message(shop)
    gateway = make.GatewayFactory(shop=shop)
    assert tick(shop, LATER) == {"": 1}
    message = only_message(shop)
    assert (message.pk, message.batch.gateway_id) == (left_out.pk, gateway.pk)


def test_a3_one_reason_gives_way_to_the_next_on_the_same_row(shop):
    customer, coupon = add_customer(shop, phone=""), add_coupon(shop, basis="")
    give(customer, coupon)
    assert tick(shop) == {"no_address": 1}
    change(customer, phone="+821000000077")
    assert tick(shop, LATER) == {"no_grant_basis": 1}
    change(coupon, grant_basis=BASIS)
    assert tick(shop, LATER + TICK) == {"": 1}
    past = PastReason.objects.filter(message=only_message(shop)).order_by("since")
    assert [row.reason for row in past] == [Reason.NO_ADDRESS, Reason.NO_GRANT_BASIS]


@pytest.mark.parametrize("end", ["used_at", "withdrawn_at", "expires_at"])
def test_a3_a_coupon_lost_while_waiting_is_not_decided_again(shop, end):
    customer = add_customer(shop, phone="")
    issued = give(customer, add_coupon(shop))
    tick(shop)
    change(issued, **{end: LATER})
    change(customer, phone="+821000000077")
    assert tick(shop, LATER) == {}
    assert only_message(shop).reason == Reason.NO_ADDRESS


def test_a3_a_mended_row_speaks_of_what_is_left_of_its_bundle(shop):
    customer = add_customer(shop, phone="")
    lost = give(customer, add_coupon(shop, "먼저"), expires_at=NOW + DAY)
    give(customer, add_coupon(shop, "나중"))
    tick(shop)
    change(lost, used_at=NOW + MINUTE)
    change(customer, phone="+821000000077")
    assert tick(shop, LATER) == {"": 1}
    variables = only_message(shop).variables
    assert (variables["coupon"], variables["more"]) == ("나중", 0)


def test_a3_when_a_bundle_parts_the_row_follows_the_first(shop):
    customer = add_customer(shop, phone="")
    first = give(customer, add_coupon(shop, "먼저"), expires_at=NOW + DAY)
    second = add_coupon(shop, "나중", basis=BASIS)
    other = give(customer, second)
    assert tick(shop) == {"no_address": 1}
    row = only_message(shop)
    change(second, grant_basis="다른 근거")

    assert tick(shop, LATER) == {"no_address": 1}

    followed, new = messages(shop)
    assert (followed.pk, told_by(followed)) == (row.pk, codes([first]))
    assert told_by(new) == codes([other])
    assert followed.batch.run.as_of == NOW
    assert new.batch.run.as_of == LATER


def test_a3_when_the_first_is_mended_the_row_goes_with_it(shop):
    customer = add_customer(shop)
    coupons = [add_coupon(shop, "먼저", basis=""), add_coupon(shop, "나중", basis="")]
    first = give(customer, coupons[0], expires_at=NOW + DAY)
    second = give(customer, coupons[1])
    tick(shop)
    row = only_message(shop)
    change(coupons[0], grant_basis=BASIS)
    assert tick(shop, LATER) == {"": 1, "no_grant_basis": 1}
    planned, left_out = messages(shop)
    assert (planned.pk, planned.state, told_by(planned)) == (row.pk, State.WAITING, codes([first]))
    assert (left_out.state, told_by(left_out)) == (State.LEFT_OUT, codes([second]))
    assert CouponNotice.objects.get(shop=shop, waiting=True).issued_id == second.pk


def test_a3_when_another_than_the_first_is_mended_it_gets_a_new_row(shop):
    customer = add_customer(shop)
    coupons = [add_coupon(shop, "먼저", basis=""), add_coupon(shop, "나중", basis="")]
    first = give(customer, coupons[0], expires_at=NOW + DAY)
    second = give(customer, coupons[1])
    tick(shop)
    row = only_message(shop)
    change(coupons[1], grant_basis=BASIS)
    assert tick(shop, LATER) == {"": 1}
    left_out, planned = messages(shop)
    assert (left_out.pk, left_out.state, told_by(left_out)) == (
        row.pk,
        State.LEFT_OUT,
        codes([first]),
    )
    assert (planned.state, told_by(planned)) == (State.WAITING, codes([second]))


def test_a3_when_rows_join_the_oldest_becomes_the_message(shop):
    customer = add_customer(shop)
    coupons = [add_coupon(shop, name, basis="") for name in ("하나", "둘", "셋")]
    change(coupons[1], grant_basis="다른 근거")
    change(customer, phone="")
    oldest = give(customer, coupons[0])
    tick(shop)
    younger = give(customer, coupons[1], issued_at=NOW + MINUTE, expires_at=NOW + DAY)
    tick(shop, LATER)
    first, second = messages(shop)
    for coupon in coupons:
        change(coupon, grant_basis=BASIS)
    change(customer, phone="+821000000077")
    newest = give(customer, coupons[2], issued_at=LATER + MINUTE)

    assert tick(shop, LATER + TICK) == {"": 1}

    message, joined = messages(shop)
    assert (message.pk, joined.pk) == (first.pk, second.pk)
    assert message.state == State.WAITING
    assert told_by(message) == codes([oldest, younger, newest])
    assert (message.variables["coupon"], message.variables["more"]) == ("둘", 2)
    assert (joined.state, joined.reason, joined.joined_id) == (
        State.LEFT_OUT,
        Reason.DUPLICATE,
        first.pk,
    )
    assert told_by(joined) == set()
    assert PastReason.objects.filter(message=joined, reason=Reason.NO_ADDRESS).exists()


def test_a3_rows_that_join_without_being_mended_stay_left_out_as_one(shop):
    customer = add_customer(shop, phone="")
    coupons = [add_coupon(shop, "하나"), add_coupon(shop, "둘", basis="다른 근거")]
    for coupon in coupons:
        give(customer, coupon)
    assert tick(shop) == {"no_address": 2}
    change(coupons[1], grant_basis=BASIS)
    assert tick(shop, LATER) == {}
    message, joined = messages(shop)
    assert (message.reason, joined.reason) == (Reason.NO_ADDRESS, Reason.DUPLICATE)
    assert joined.joined_id == message.pk
    assert message.batch.size == joined.batch.size == 1


def test_a3_an_address_lost_before_sending_is_waited_for_again(shop):
    set_quiet(shop, "09:00", "12:00")
    customer = add_customer(shop)
    give(customer, add_coupon(shop))
    tick(shop)
    change(customer, phone="")
    opening = NOW + 2 * HOUR
    assert dispatch(now=opening, shop=shop) == {State.LEFT_OUT: 1}
    assert only_message(shop).reason == Reason.NO_ADDRESS
    change(customer, phone="+821000000077")

    assert tick(shop, opening + TICK) == {"": 1}

    assert only_message(shop).address == "+821000000077"
    past = PastReason.objects.get(message=only_message(shop))
    assert (past.reason, past.since, past.until) == (
        Reason.NO_ADDRESS,
        opening,
        opening + TICK,
    )


def test_a3_one_of_a_batch_that_lost_its_address_is_waited_for_again(shop):
    set_quiet(shop, "09:00", "12:00")
    coupon, customer = add_coupon(shop), add_customer(shop)
    for member in (customer, add_customer(shop)):
        give(member, coupon)
    tick(shop)
    change(customer, phone="")
    opening = NOW + 2 * HOUR
    assert dispatch(now=opening, shop=shop) == {State.LEFT_OUT: 1, State.DELIVERED: 1}
    change(customer, phone="+821000000077")
    assert tick(shop, opening + TICK) == {"": 1}
    assert dispatch(now=opening + TICK, shop=shop) == {State.DELIVERED: 1}
    assert not Message.objects.for_shop(shop).filter(outcome__isnull=False).exists()
    sizes = Batch.objects.for_shop(shop).order_by("id").values_list("size", "left_out")
    assert list(sizes) == [(1, 0), (1, 0)]
    assert Run.objects.filter(shop=shop).count() == 2


def test_a3_what_nobody_can_use_any_more_waits_no_longer(shop):
    customer = add_customer(shop, phone="")
    give(customer, add_coupon(shop), expires_at=NOW + HOUR)
    kept = give(customer, add_coupon(shop), expires_at=NOW + DAY)
    tick(shop)
    tick(shop, NOW + HOUR - TICK)
    assert CouponNotice.objects.filter(waiting=True).count() == 2
    assert tick(shop, NOW + HOUR) == {}
    assert CouponNotice.objects.get(waiting=True).issued_id == kept.pk


def test_a3_the_row_speaks_of_what_is_left_of_its_bundle_and_of_what_joined(shop):
    customer = add_customer(shop, phone="")
    first = give(customer, add_coupon(shop, "첫째"), expires_at=NOW + DAY)
    give(customer, add_coupon(shop, "둘째"), expires_at=NOW + 2 * DAY)
    tick(shop)
    change(first, used_at=NOW + MINUTE)
    give(customer, add_coupon(shop, "셋째"), expires_at=NOW + 3 * DAY, issued_at=NOW + MINUTE)
    runs = Run.objects.count()
    assert tick(shop, LATER) == {}
    row = only_message(shop)
    assert (row.variables["coupon"], row.variables["more"]) == ("둘째", 1)
    assert Run.objects.count() == runs
    assert not PastReason.objects.exists()
