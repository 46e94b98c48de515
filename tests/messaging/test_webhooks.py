"""F1, F10: a provider's own reports come in by its address, whatever else is posted there."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from messaging.connections import hook_address
from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways import PROVIDERS, AnswerLost, Answers
from messaging.integrity import find_broken
from messaging.models import Gateway, State
from messaging.views.webhooks import MOST
from tests.crm.street import MINUTE, NOW, messages, shop_with_messages
from tests.messaging.desk import FORGED, GARBAGE, GOOD, NAME, SECRET, Desk, open_desk

pytestmark = pytest.mark.django_db
SENT = Answers(State.SENT)
SIGNED = {"X-Signature": SECRET}


@pytest.fixture(autouse=True)
def desk():
    with open_desk(Desk()) as opened:
        yield opened


def shop_at_the_desk(count=2):
    shop = shop_with_messages(count)
    gateway(shop)
    return shop


def gateway(shop):
    found = Gateway.objects.get(shop=shop, channel="alimtalk")
    found.provider, found.account = NAME, GOOD
    found.save()
    return found


def post(shop, body, path="", **headers):
    address = path or hook_address(Gateway.objects.get(shop=shop, channel="alimtalk"))
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    strict = Client(enforce_csrf_checks=True)
    return strict.post(address, data, "application/json", headers=SIGNED | headers)


def states(shop):
    return [message.state for message in messages(shop)]


def test_f1_a_report_ends_its_message_and_can_be_repeated(desk):
    shop = shop_at_the_desk()
    dispatch(now=NOW, connect=PROVIDERS.__getitem__)
    desk.replies = []
    first, second = messages(shop)
    assert states(shop) == [State.DELIVERED] * 2  # the desk's own answer
    for _ in range(2):
        assert post(shop, {first.pk: State.FAILED, second.pk: State.DELIVERED}).status_code == 200
    assert states(shop) == [State.DELIVERED] * 2
    assert find_broken() == []


def test_f1_a_report_before_our_own_request_has_settled_is_kept(desk):
    shop = shop_at_the_desk()
    desk.replies = [AnswerLost("lost"), SENT]
    dispatch(now=NOW, connect=PROVIDERS.__getitem__)
    first, _second = messages(shop)
    assert post(shop, {first.pk: State.DELIVERED}).status_code == 200
    assert states(shop) == [State.DELIVERED, State.SENDING]
    dispatch(now=NOW + LEASE + MINUTE, connect=PROVIDERS.__getitem__)
    assert states(shop) == [State.DELIVERED, State.SENT]
    assert find_broken() == []


def test_reports_about_nobodys_messages_are_taken_and_counted():
    shop = shop_at_the_desk()
    said = {"999": State.DELIVERED, str(10**30): State.FAILED, "-7": State.SENT}
    assert post(shop, said).status_code == 200
    assert Gateway.objects.get(shop=shop, channel="alimtalk").strangers == 3


def test_f10_an_account_has_no_say_in_another_shops_messages(desk):
    own, other = shop_at_the_desk(), shop_at_the_desk()
    desk.replies = [SENT, SENT]
    dispatch(now=NOW, connect=PROVIDERS.__getitem__)
    theirs, *_ = messages(other)
    assert post(own, {theirs.pk: State.DELIVERED}).status_code == 200
    assert states(other) == [State.SENT] * 2


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (FORGED, {}, 403),
        ({"1": State.SENT}, {"X-Signature": "guessed"}, 403),
        (GARBAGE, {}, 400),
        ({"one": State.SENT}, {}, 400),
        (b"x" * (MOST + 1), {}, 413),
    ],
    ids=["forged", "unsigned", "garbage", "no id", "too long"],
)
def test_what_is_no_report_is_refused(body, headers, status):
    shop = shop_at_the_desk()
    assert post(shop, body, **headers).status_code == status


def test_a_report_that_is_too_long_has_one_line_in_the_log(caplog):
    post(shop_at_the_desk(), b"x" * (MOST + 1))
    assert [(one.levelname, one.exc_info) for one in caplog.records] == [("WARNING", None)]


def test_a_long_report_is_read_whole():
    shop = shop_at_the_desk()
    body = json.dumps({"1": State.SENT}).encode().ljust(MOST)
    assert post(shop, body).status_code == 200


def test_addresses_that_are_none_are_all_answered_alike():
    shop = shop_at_the_desk()
    whole = hook_address(gateway(shop))
    phones = shop_with_messages(1)
    gateway(phones)
    there = hook_address(Gateway.objects.get(shop=phones, channel="alimtalk"))
    Gateway.objects.filter(shop=phones).update(provider="phone")
    Gateway.objects.filter(shop=shop).update(provider="")
    guessed = reverse("hook", args=["1.guessed"])
    answers = [post(None, {"1": 3}, path) for path in (whole, there, guessed)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(403, b"")}


def test_a_hook_is_only_posted_to():
    assert Client().get(reverse("hook", args=["no-token"])).status_code == 405


def test_a_report_that_cannot_be_proven_for_want_of_our_key_is_to_be_told_again(settings):
    shop = shop_at_the_desk()
    path = hook_address(gateway(shop))
    settings.ENCRYPTION_KEYS = ["x" * 43 + "="]
    assert post(shop, {"1": State.SENT}, path).status_code == 503
