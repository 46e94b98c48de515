"""What changed while a batch waited: its provider, how much that takes, and what it approved."""

import pytest

from crm.models import Kind
from messaging.connections import disconnect, save_connection
from messaging.gateways import PHONE
from messaging.integrity import find_broken
from messaging.models import Batch, Channel, Gateway, Run, State, TemplateRevision
from messaging.outbox import write_test
from messaging.reading import letter
from tests import factories as make
from tests.crm.street import (
    NOW,
    TICK,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    only_message,
    open_shop,
    tick,
)
from tests.messaging.post import Post, approve, batches, connect, pay, send

pytestmark = pytest.mark.django_db


def town(count=1):
    """So many messages that wait for the built-in phone."""
    shop = open_shop(Kind.ISSUED)
    coupon = add_coupon(shop)
    for _ in range(count):
        give(add_customer(shop), coupon)
    tick(shop)
    pay(shop, 1000)
    return shop


def test_wording_that_another_provider_approved_is_not_sent(monkeypatch):
    shop, post = town(), Post(inspects_templates=True)
    connect(monkeypatch, shop, Channel.ALIMTALK, post)
    approve(shop, Channel.ALIMTALK, "another")
    assert send(shop) == {State.LEFT_OUT: 1}
    assert (only_message(shop).reason, post.texts) == ("no_template", [])
    assert tick(shop, NOW + TICK) == {}
    approve(shop, Channel.ALIMTALK)
    assert tick(shop, NOW + 2 * TICK) == {"": 1}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 1}
    assert find_broken(shop) == []


@pytest.mark.parametrize("inspection", ["", "requested", "reviewing", "rejected"])
def test_wording_that_is_not_approved_is_neither_planned_nor_sent(monkeypatch, inspection):
    shop, post = town(), Post(inspects_templates=True)
    connect(monkeypatch, shop, Channel.ALIMTALK, post)
    approve(shop, Channel.ALIMTALK)
    TemplateRevision.objects.filter(template__shop=shop).update(inspection=inspection)
    assert send(shop) == {State.LEFT_OUT: 1}
    assert tick(shop, NOW + TICK) == {}
    assert only_message(shop).reason == "no_template"


def test_approved_wording_is_planned_and_sent(monkeypatch):
    shop = open_shop(Kind.ISSUED)
    connect(monkeypatch, shop, Channel.ALIMTALK, Post(inspects_templates=True))
    approve(shop, Channel.ALIMTALK)
    pay(shop, 100)
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"": 1}
    assert send(shop) == {State.DELIVERED: 1}


def test_an_override_needs_its_own_approval(monkeypatch):
    shop = open_shop(Kind.ISSUED)
    connect(monkeypatch, shop, Channel.ALIMTALK, Post(inspects_templates=True))
    pay(shop, 100)
    approve(shop, Channel.ALIMTALK)
    own = make.MessageTemplateFactory(shop=shop)
    give(add_customer(shop), add_coupon(shop, issue_template=own))
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"no_template": 1, "": 1}


def test_a8_a_test_of_unapproved_wording_is_left_out(monkeypatch):
    shop = open_shop(Kind.ISSUED)
    connect(monkeypatch, shop, Channel.ALIMTALK, Post(inspects_templates=True))
    run = Run.objects.create(shop=shop, kind="coupon_issued", label="x", is_test=True, as_of=NOW)
    revision = shop.coupon_messages.issue_template.current
    assert revision
    write_test(
        run=run,
        gateway=shop.gateways.get(channel=Channel.ALIMTALK),
        revision=revision,
        address="+821000000001",
        variables=make.coupon_values(),
        url="",
        now=NOW,
    )
    assert send(shop) == {State.LEFT_OUT: 1}
    assert only_message(shop).reason == "no_template"


def test_f1_a_batch_that_is_too_large_for_its_new_provider_is_parted(monkeypatch):
    shop, post = town(7), Post(batch_size=3)
    connect(monkeypatch, shop, Channel.ALIMTALK, post)
    ids = [message.pk for message in messages(shop)]
    assert send(shop) == {State.DELIVERED: 7}
    assert post.sizes == [3, 3, 1]
    assert [m.id for _head, some in post.calls for m in some] == ids
    assert [message.pk for message in messages(shop)] == ids
    assert all(letter(message, masked=False) for message in messages(shop))
    assert find_broken(shop) == []


def test_f1_what_is_left_out_counts_as_it_is_parted(monkeypatch):
    shop, post = town(4), Post(batch_size=2)
    connect(monkeypatch, shop, Channel.ALIMTALK, post)
    for message in messages(shop)[1:]:
        change(message.customer, phone="")
    assert send(shop) == {State.DELIVERED: 1, State.LEFT_OUT: 3}
    assert [batch.state for batch in batches(shop)] == [State.DELIVERED, State.LEFT_OUT]
    assert find_broken(shop) == []


def test_a3_what_waits_for_a_channel_that_is_gone_waits_for_the_next(monkeypatch):
    shop = town(2)
    Gateway.objects.filter(shop=shop).update(provider="")  # as it was being planned
    assert send(shop) == {State.LEFT_OUT: 2}
    assert [message.reason for message in messages(shop)] == ["no_gateway"] * 2
    assert tick(shop, NOW + TICK) == {}
    Gateway.every.filter(shop=shop).update(provider="phone")
    assert tick(shop, NOW + 2 * TICK) == {"": 2}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 2}


def test_a3_what_waits_as_its_channel_is_disconnected_goes_when_it_is_back():
    shop = town(2)
    user = make.UserFactory()
    assert disconnect(shop=shop, user=user, channel=Channel.ALIMTALK, now=NOW) == 2
    assert [message.reason for message in messages(shop)] == ["no_gateway"] * 2
    assert tick(shop, NOW + TICK) == {}
    save_connection(
        shop=shop, user=user, channel=Channel.ALIMTALK, provider=PHONE, account={}, now=NOW
    )
    assert tick(shop, NOW + 2 * TICK) == {"": 2}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 2}


def test_a_provider_that_is_offered_no_more_leaves_out():
    shop = open_shop(Kind.ISSUED)
    Gateway.objects.filter(shop=shop).update(provider="closed down")
    give(add_customer(shop), add_coupon(shop))
    assert tick(shop) == {"no_gateway": 1}
    assert Batch.objects.get(shop=shop).channel == Channel.ALIMTALK
