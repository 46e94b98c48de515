"""F1, F5, F6: batches of the outbox through NHN Cloud, whatever happens on the way."""

from datetime import timedelta

import pytest

from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.integrity import find_broken
from messaging.models import Gateway, State, TemplateRevision
from messaging.reports import take_in
from messaging.wallets import recharge
from tests.crm.street import NOW, add_coupon, add_customer, give, messages, open_shop, tick
from tests.providers.nhn.answers import ACCOUNT

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
BACK = NOW + LEASE + MINUTE
FINE, REFUSED, NO_KAKAO = "+821012341111", "+821012340000", "+821012349999"


@pytest.fixture
def shop_of(desk):
    """A shop with an account here, its wording approved, and a message to each of these phones."""

    def open_and_plan(*phones):
        shop = open_shop(Kind.ISSUED)
        recharge(shop=shop, points=10_000, step="test", now=NOW)
        gateways = Gateway.objects.filter(shop=shop, channel="alimtalk")
        gateways.update(provider="nhn_alimtalk", account=ACCOUNT)
        for revision in TemplateRevision.objects.filter(template__shop=shop):
            revision.provider, revision.inspection = "nhn_alimtalk", "approved"
            revision.provider_code = f"t{revision.pk}"
            revision.save()
            buttons = [
                {
                    "ordering": place,
                    "type": button["type"],
                    "name": "채널 추가" if button["type"] == "AC" else button["name"],
                    "linkMo": "#{주소}" if button["type"] == "WL" else "",
                }
                for place, button in enumerate(revision.buttons, start=1)
            ]
            desk.approve(revision.provider_code, revision.body, buttons)
        coupon = add_coupon(shop, url="https://shop.example/coupons")
        for phone in phones:
            give(add_customer(shop, phone=phone), coupon)
        tick(shop)
        return shop

    return open_and_plan


def ends(shop):
    return {message.address: (message.state, message.reason) for message in messages(shop)}


def assert_taken_once(desk, shop):
    assert desk.taken == dict.fromkeys((message.pk for message in messages(shop)), 1)
    assert find_broken() == []


def connected(provider):
    """Stands for `messaging.gateways.connect`."""
    return lambda _name: provider


def test_f1_a_batch_goes_out_as_it_was_approved(desk, alimtalk, shop_of):
    shop = shop_of(FINE, "+821012342222")
    assert dispatch(now=NOW, connect=connected(alimtalk)) == {State.SENT: 2}
    assert_taken_once(desk, shop)


@pytest.mark.parametrize("fault", ["500-after", "garbage", "half", "nothing"])
def test_f1_a_lost_answer_is_asked_after_and_settled_once(desk, alimtalk, shop_of, fault):
    shop = shop_of(FINE)
    desk.misbehave(fault)
    assert dispatch(now=NOW, connect=connected(alimtalk)) == {}
    desk.now = BACK
    assert dispatch(now=BACK, connect=connected(alimtalk)) == {State.SENT: 1}
    assert dispatch(now=BACK + LEASE, connect=connected(alimtalk)) == {}
    assert_taken_once(desk, shop)


def test_f1_what_was_not_received_is_taken_by_the_second_call(desk, alimtalk, shop_of):
    shop = shop_of(FINE)
    desk.misbehave("nothing-before")
    dispatch(now=NOW, connect=connected(alimtalk))
    desk.now = BACK
    assert dispatch(now=BACK, connect=connected(alimtalk)) == {State.SENT: 1}
    assert_taken_once(desk, shop)


def test_f1_after_the_keys_memory_it_is_asked_and_not_sent(desk, alimtalk, shop_of):
    shop = shop_of(FINE)
    desk.misbehave("nothing")
    dispatch(now=NOW, connect=connected(alimtalk))
    desk.now = NOW + timedelta(hours=1)
    assert dispatch(now=desk.now, connect=connected(alimtalk)) == {State.SENT: 1}
    assert [request.method for request in desk.requests] == ["POST", "GET"]
    assert_taken_once(desk, shop)


def test_f1_a_used_key_whose_batch_is_not_listed_yet_is_never_sent_twice(desk, alimtalk, shop_of):
    shop = shop_of(FINE)
    desk.misbehave("nothing")
    dispatch(now=NOW, connect=connected(alimtalk))
    desk.sees_all, desk.now = False, BACK
    assert dispatch(now=BACK, connect=connected(alimtalk)) == {}
    desk.sees_all, desk.now = True, BACK + timedelta(hours=1)
    assert dispatch(now=desk.now, connect=connected(alimtalk)) == {State.SENT: 1}
    assert_taken_once(desk, shop)


def test_f6_a_wait_is_honoured(desk, alimtalk, shop_of):
    shop = shop_of(FINE)
    desk.misbehave({"name": "429", "seconds": 300})
    assert dispatch(now=NOW, connect=connected(alimtalk)) == {}
    assert dispatch(now=NOW + 4 * MINUTE, connect=connected(alimtalk)) == {}
    assert len(desk.requests) == 1
    desk.now = NOW + 10 * MINUTE
    assert dispatch(now=desk.now, connect=connected(alimtalk)) == {State.SENT: 1}
    assert_taken_once(desk, shop)


def test_f6_half_refused_is_half_sent(desk, alimtalk, shop_of):
    shop = shop_of(FINE, REFUSED)
    counts = dispatch(now=NOW, connect=connected(alimtalk))
    assert counts == {State.SENT: 1, State.FAILED: 1}
    assert ends(shop) == {FINE: (State.SENT, ""), REFUSED: (State.FAILED, "-5000")}
    assert find_broken() == []


def test_f6_a_wrong_secret_fails_nobody_and_is_sent_once_it_is_mended(desk, alimtalk, shop_of):
    shop = shop_of(FINE)
    gateways = Gateway.objects.filter(shop=shop, channel="alimtalk")
    gateways.update(account=ACCOUNT | {"secret_key": "wrong"})
    assert dispatch(now=NOW, connect=connected(alimtalk)) == {}
    assert {message.state for message in messages(shop)} == {State.WAITING}
    gateways.update(account=ACCOUNT)
    desk.now = NOW + timedelta(hours=1)
    assert dispatch(now=desk.now, connect=connected(alimtalk)) == {State.SENT: 1}
    assert_taken_once(desk, shop)


def test_f6_what_is_fetched_later_ends_each_message(desk, alimtalk, shop_of):
    shop = shop_of(FINE, NO_KAKAO)
    dispatch(now=NOW, connect=connected(alimtalk))
    gateway = Gateway.objects.get(shop=shop, channel="alimtalk")
    news = list(alimtalk.poll(ACCOUNT, NOW - MINUTE, NOW + MINUTE))
    for _again in range(2):
        assert take_in(news, gateway=gateway, now=NOW + MINUTE) == 0
    assert {phone: state for phone, (state, _reason) in ends(shop).items()} == {
        FINE: State.DELIVERED,
        NO_KAKAO: State.FAILED,
    }
    assert find_broken() == []
