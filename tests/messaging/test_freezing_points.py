"""F5: points are reserved where a batch is frozen, and settled by what became of its messages."""

import pytest

from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.gateways import PHONE, Answers, Busy, Rejected, Report
from messaging.integrity import find_broken
from messaging.models import Channel, PointsEntry, Price, Run, SenderNumber, Service, State
from messaging.reports import take_in
from messaging.runs import stop
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    give,
    messages,
    open_shop,
    tick,
)
from tests.messaging.post import NUMBER, Post, batches, connect, pay, send
from tests.messaging.purse import columns

pytestmark = pytest.mark.django_db
PRICE, TEXT = 8, 12


@pytest.fixture(autouse=True)
def prices():
    for service, points in ((Service.ALIMTALK, PRICE), (Service.SMS, TEXT), (Service.LMS, 35)):
        Price.objects.update_or_create(pk=service, defaults={"points": points})


@pytest.fixture
def town(monkeypatch):
    """A shop with so many points and messages that wait, through a provider that charges."""

    def build(points, count, post, fallback=""):
        shop = open_shop(Kind.ISSUED)
        connect(monkeypatch, shop, Channel.ALIMTALK, post)
        for template in shop.templates.all():
            template.revisions.update(fallback=fallback)
        if fallback:
            SenderNumber.objects.create(shop=shop, number=NUMBER, registered_at=NOW, in_use=True)
        if points:
            pay(shop, points)
        coupon = add_coupon(shop)
        for _ in range(count):
            give(add_customer(shop), coupon)
        tick(shop)
        return shop

    return build


def gateway(shop):
    return shop.gateways.get(channel=Channel.ALIMTALK)


def report(shop, state, *, at=NOW, fell_back=False, code=""):
    told = [Report(message.pk, state, code, at, fell_back) for message in messages(shop)]
    return take_in(told, gateway=gateway(shop), now=at)


def test_f5_reserved_while_under_way_and_spent_by_the_answer(town):
    class Looks(Post):
        def send(self, batch):
            assert batch.paid
            return super().send(batch)

    shop = town(100, 2, Looks(Busy("429"), Answers(State.SENT)))
    send(shop)
    assert columns(shop) == (100 - 2 * PRICE, 2 * PRICE, 0)
    send(shop, NOW + MINUTE)
    assert columns(shop) == (100 - 2 * PRICE, 0, 2 * PRICE)
    assert find_broken(shop) == []


def test_f5_what_failed_is_given_back(town):
    shop = town(100, 2, Post())
    first = messages(shop)[0]
    post = Post(Answers(State.SENT, {first.pk: (State.FAILED, "blocked")}))
    assert dispatch(now=NOW, shop=shop, connect=post) == {State.SENT: 1, State.FAILED: 1}
    assert columns(shop) == (100 - PRICE, 0, PRICE)


def test_f5_a_refused_batch_is_given_back_whole(town):
    shop = town(100, 2, Post(Rejected("template")))
    assert send(shop) == {State.FAILED: 2}
    assert columns(shop) == (100, 0, 0)


def test_f5_a_failure_that_is_reported_later_is_given_back(town):
    shop = town(100, 1, Post(Answers(State.SENT)))
    send(shop)
    report(shop, State.FAILED, code="blocked")
    report(shop, State.FAILED, code="blocked")
    assert columns(shop) == (100, 0, 0)
    assert find_broken(shop) == []


def test_f5_what_was_not_taken_is_paid_for_once(town):
    shop = town(100, 2, Post())
    first = messages(shop)[0].pk
    post = Post(Answers(State.SENT, again=frozenset({first})), Answers(State.SENT))
    assert dispatch(now=NOW, shop=shop, connect=post) == {State.SENT: 1}
    assert columns(shop) == (100 - PRICE, 0, PRICE)
    assert dispatch(now=NOW + HOUR, shop=shop, connect=post) == {State.SENT: 1}
    assert columns(shop) == (100 - 2 * PRICE, 0, 2 * PRICE)
    assert find_broken(shop) == []


def test_f5_as_many_as_the_points_pay_for_go_and_the_rest_after_a_recharge(town):
    post = Post()
    shop = town(2 * PRICE + 1, 3, post)
    assert send(shop) == {State.DELIVERED: 2, State.LEFT_OUT: 1}
    assert [message.reason for message in messages(shop)] == ["", "", "no_points"]
    assert tick(shop, NOW + TICK) == {}
    pay(shop, 100, "recharge:more")
    assert tick(shop, NOW + 2 * TICK) == {"": 1}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 1}
    assert columns(shop) == (101 - PRICE, 0, 3 * PRICE)
    assert len(post.texts) == 3
    assert find_broken(shop) == []


def test_f5_without_points_nothing_is_planned_until_there_are_some(town):
    shop = town(PRICE - 1, 2, Post())
    assert [message.reason for message in messages(shop)] == ["no_points"] * 2
    assert tick(shop, NOW + TICK) == {}
    pay(shop, 100, "recharge:more")
    assert tick(shop, NOW + 2 * TICK) == {"": 2}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 2}


@pytest.mark.parametrize("count", [1, 2])
def test_a3_f5_what_could_not_be_paid_for_is_not_decided_again_before_points_come(town, count):
    post = Post(falls_back=True)
    shop = town(TEXT - 1, count, post, fallback="쿠폰이 왔어요")
    PointsEntry.objects.update(at=NOW - TICK)
    assert send(shop) == {State.LEFT_OUT: count}
    assert tick(shop, NOW + TICK) == {}
    pay(shop, 100, "recharge:more")
    assert tick(shop, NOW + 2 * TICK) == {"": count}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: count}


def test_a3_f5_where_nothing_is_paid_for_any_more_it_goes(town):
    shop = town(TEXT - 1, 1, Post(falls_back=True), fallback="쿠폰이 왔어요")
    PointsEntry.objects.update(at=NOW - TICK)
    send(shop)
    shop.gateways.filter(channel=Channel.ALIMTALK).update(provider=PHONE)
    assert tick(shop, NOW + TICK) == {"": 1}
    assert send(shop, NOW + TICK) == {State.DELIVERED: 1}


def test_a3_f5_points_that_are_given_back_pay_for_the_next(town):
    post = Post(Busy("429"), Rejected("template"))
    shop = town(PRICE, 2, post)
    PointsEntry.objects.update(at=NOW - TICK)
    assert send(shop) == {State.LEFT_OUT: 1}
    assert tick(shop, NOW + TICK) == {}
    assert send(shop, NOW + TICK) == {State.FAILED: 1}
    assert tick(shop, NOW + 2 * TICK) == {"": 1}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 1}


def test_f5_the_built_in_phone_is_free():
    shop = open_shop(Kind.ISSUED)
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"": 1}
    assert send(shop) == {State.DELIVERED: 1}
    (batch,) = batches(shop)
    assert (batch.price, batch.points_spent) == (0, 0)


def test_f5_a_price_is_that_of_the_day_it_was_frozen(town):
    shop = town(100, 1, Post(Answers(State.SENT)))
    send(shop)
    Price.objects.update(points=50)
    report(shop, State.DELIVERED)
    assert columns(shop) == (100 - PRICE, 0, PRICE)


def test_f5_f6_a_dearer_fallback_is_reserved_and_given_back(town):
    post = Post(Answers(State.SENT), falls_back=True)
    shop = town(100, 1, post, fallback="쿠폰이 왔어요")
    send(shop)
    assert columns(shop) == (100 - TEXT, TEXT - PRICE, PRICE)
    report(shop, State.DELIVERED)
    assert columns(shop) == (100 - PRICE, 0, PRICE)


def test_f5_f6_a_fallback_that_arrived_costs_what_text_costs(town):
    shop = town(100, 1, Post(Answers(State.SENT), falls_back=True), fallback="쿠폰이 왔어요")
    send(shop)
    report(shop, State.DELIVERED, fell_back=True)
    report(shop, State.DELIVERED, fell_back=True)
    assert columns(shop) == (100 - TEXT, 0, TEXT)


def test_f5_f6_a_fallback_that_arrives_after_the_failure_is_charged(town):
    shop = town(100, 1, Post(Answers(State.SENT), falls_back=True), fallback="쿠폰이 왔어요")
    send(shop)
    report(shop, State.FAILED, code="not a friend", fell_back=True)
    assert columns(shop) == (100, 0, 0)
    report(shop, State.DELIVERED, at=NOW + DAY, fell_back=True)
    assert columns(shop) == (100 - TEXT, 0, TEXT)
    assert batches(shop)[0].fell_back == 1
    assert find_broken(shop) == []


def test_f5_f6_without_a_number_to_come_from_there_is_no_fallback_to_pay_for(town):
    post = Post(Answers(State.SENT), falls_back=True)
    shop = town(100, 1, post, fallback="쿠폰이 왔어요")
    SenderNumber.objects.all().delete()
    send(shop)
    assert (batches(shop)[0].fallback_price, post.calls[0][0].sender) == (0, "")


def test_f5_f6_the_longest_fallback_sets_the_price(town):
    shop = town(100, 1, Post(Answers(State.SENT), falls_back=True), fallback="가" * 46)
    send(shop)
    assert batches(shop)[0].fallback_price == 35


def test_f5_stopping_a_run_gives_back_what_a_busy_provider_held(town):
    shop = town(100, 2, Post(Busy("429")))
    send(shop)
    assert columns(shop) == (100 - 2 * PRICE, 2 * PRICE, 0)
    assert stop(Run.objects.get(shop=shop), now=NOW) == 2
    assert columns(shop) == (100, 0, 0)
    assert [message.reason for message in messages(shop)] == ["stopped"] * 2


def test_f5_what_nobody_knows_of_is_paid_for(town):
    shop = town(100, 1, Post(Answers(State.UNKNOWN)))
    send(shop)
    assert columns(shop) == (100 - PRICE, 0, PRICE)
