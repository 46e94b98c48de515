"""F6: what a provider did not take goes once more; what is gone for good is forgotten."""

import pytest
from django.db import transaction

from messaging.claiming import claim
from messaging.dispatch import dispatch
from messaging.freezing import freeze
from messaging.gateways import Answers, Report
from messaging.integrity import find_broken
from messaging.models import Batch, Channel, Gateway, State
from messaging.reports import take_in
from messaging.settling import settle
from orders.models import ConsentKind, Customer
from tests.crm.street import MINUTE, NOW, add_customer, change, messages, shop_with_messages, tick
from tests.messaging.post import advertising_shop, batches, reader
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db


def ids(shop):
    return [message.pk for message in messages(shop)]


def states(shop):
    return [message.state for message in messages(shop)]


def hold(shop):
    """Freeze the shop's batch, and hand it to nobody yet."""
    with transaction.atomic():
        batch = claim(now=NOW, shop=shop)
        assert batch
        return freeze(batch, now=NOW, moment=NOW, connect=Scripted())


def test_f6_part_of_a_batch_goes_on_as_a_batch_of_its_own():
    shop = shop_with_messages(3)
    first, second, third = ids(shop)
    provider = Scripted(Answers(State.SENT, again=frozenset({second, third}), wait=5 * MINUTE))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {State.SENT: 1}
    assert states(shop) == [State.SENT, State.WAITING, State.WAITING]
    assert [batch.size for batch in batches(shop)] == [1, 2]
    assert dispatch(now=NOW + 4 * MINUTE, shop=shop, connect=provider) == {}
    assert dispatch(now=NOW + 6 * MINUTE, shop=shop, connect=provider) == {State.DELIVERED: 2}
    keys = [key for key, _payload in provider.sent]
    assert len(set(keys)) == 2
    assert f'"id": {first},' not in provider.sent[1][1].decode()
    assert ids(shop) == [first, second, third]
    assert find_broken(shop) == []


def test_f6_a_whole_batch_waits_and_is_frozen_anew():
    shop = shop_with_messages(2)
    provider = Scripted(Answers(State.SENT, again=frozenset(ids(shop)), wait=5 * MINUTE))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {}
    assert states(shop) == [State.WAITING] * 2
    assert dispatch(now=NOW + 4 * MINUTE, shop=shop, connect=provider) == {}
    assert dispatch(now=NOW + 6 * MINUTE, shop=shop, connect=provider) == {State.DELIVERED: 2}
    assert provider.sent[0][1] == provider.sent[1][1]
    assert Batch.objects.filter(shop=shop).count() == 1


def test_f1_what_was_reported_on_meanwhile_is_not_sent_again():
    shop = shop_with_messages(2)
    first, second = ids(shop)
    gateway = Gateway.objects.get(shop=shop, channel=Channel.ALIMTALK)

    held = hold(shop)
    take_in([Report(first, State.DELIVERED, "", NOW)], gateway=gateway, now=NOW)
    settle(held, Answers(State.SENT, again=frozenset({first, second})), NOW)
    assert states(shop) == [State.DELIVERED, State.WAITING]
    assert dispatch(now=NOW + MINUTE, shop=shop, connect=Scripted()) == {State.DELIVERED: 1}
    assert find_broken(shop) == []


def test_f1_of_other_messages_a_provider_has_no_say():
    shop, other = shop_with_messages(1), shop_with_messages(1)
    provider = Scripted(Answers(State.SENT, again=frozenset(ids(other))))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {State.SENT: 1}
    assert states(other) == [State.WAITING]


def pushed(answer_about):
    """A push to two apps; `answer_about` makes the answer from their messages' ids."""
    shop = advertising_shop(Channel.PUSH, title="새 쿠폰")
    for token in ("gone", "here"):
        reader(shop, ConsentKind.PUSH, app_token=token)
    tick(shop)
    dispatch(now=NOW, shop=shop, connect=Scripted(answer_about(*ids(shop))))
    return shop


def dead(first, _second):
    return Answers(State.SENT, {first: (State.FAILED, "unregistered")}, dead=frozenset({first}))


def test_f6_an_app_that_is_gone_is_forgotten():
    shop = pushed(dead)
    tokens = Customer.objects.filter(shop=shop).order_by("pk").values_list("app_token", flat=True)
    assert list(tokens) == ["", "here"]
    assert states(shop) == [State.FAILED, State.SENT]


def test_f10_another_shops_member_keeps_the_same_token():
    other = add_customer(advertising_shop(), app_token="gone")
    pushed(dead)
    other.refresh_from_db()
    assert other.app_token == "gone"


def test_f6_a_new_token_that_came_meanwhile_stays():
    shop = advertising_shop(Channel.PUSH, title="새 쿠폰")
    customer = reader(shop, ConsentKind.PUSH, app_token="gone")
    tick(shop)
    (message,) = ids(shop)
    held = hold(shop)
    change(customer, app_token="new")
    settle(held, dead(message, None), NOW)
    customer.refresh_from_db()
    assert customer.app_token == "new"
