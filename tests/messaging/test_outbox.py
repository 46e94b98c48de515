"""Batches and messages as they are written, tests among them (A8, F1)."""

from threading import Thread

import pytest
from django.db import connection, connections

from crm.campaigns.coupon_messages.settings import settings_of
from crm.campaigns.coupon_messages.trials import send_test
from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.integrity import find_broken
from messaging.models import Batch, Message, Run, State
from messaging.outbox import LostRaceError
from orders.masking import mask_name
from tests.crm.street import (
    HOUR,
    NOW,
    add_coupon,
    add_customer,
    give,
    messages,
    only_message,
    open_shop,
    shop_with_messages,
    tick,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
PHONE = "010-0000-4321"


def test_f1_what_is_planned_can_be_sent_and_what_is_left_out_cannot():
    shop = shop_with_messages(1)
    give(add_customer(shop, phone=""), add_coupon(shop), issued_at=NOW)
    tick(shop, NOW + HOUR)
    planned, left_out = Batch.objects.for_shop(shop).order_by("pk")
    assert (planned.state, planned.not_before, planned.turn) == (State.WAITING, NOW, NOW)
    assert (left_out.state, left_out.not_before, left_out.turn) == (State.LEFT_OUT, None, None)


def test_f1_a_test_goes_before_what_a_clock_has_planned():
    shop = shop_with_messages(2)
    provider = Scripted()
    send_test(settings=settings_of(shop), kind=Kind.ISSUED, phone=PHONE, now=NOW)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert provider.sent[0][1].count(b'"id"') == 1


def test_a8_a_test_goes_to_the_testers_phone_with_a_drawn_recipients_content():
    shop = open_shop()
    customer = add_customer(shop, name="김하늘")
    give(customer, add_coupon(shop, "뽑힌 쿠폰"))
    send_test(settings=settings_of(shop), kind=Kind.ISSUED, phone=PHONE, now=NOW)
    message = only_message(shop)
    assert (message.customer, message.address) == (None, "+821000004321")
    assert message.batch.run.is_test
    assert message.variables["coupon"] == "뽑힌 쿠폰"
    assert message.variables["name"] == mask_name("김하늘") != "김하늘"
    assert dispatch(now=NOW, shop=shop) == {State.DELIVERED: 1}


def test_a8_a_test_uses_nobodys_message_up():
    shop = open_shop(Kind.ISSUED)
    give(add_customer(shop), add_coupon(shop))
    for _ in range(3):
        send_test(settings=settings_of(shop), kind=Kind.ISSUED, phone=PHONE, now=NOW)
    assert tick(shop) == {"": 1}
    assert dispatch(now=NOW, shop=shop) == {State.DELIVERED: 4}
    assert len(messages(shop)) == 4
    assert find_broken(shop) == []


def test_a8_a_test_is_sent_though_the_coupon_it_speaks_of_is_lost():
    shop = open_shop()
    issued = give(add_customer(shop), add_coupon(shop))
    send_test(settings=settings_of(shop), kind=Kind.ISSUED, phone=PHONE, now=NOW)
    issued.used_at = NOW
    issued.save()
    assert dispatch(now=NOW, shop=shop) == {State.DELIVERED: 1}
    assert Message.objects.for_shop(shop).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_what_is_gone_before_it_is_written_rolls_its_chunk_back_and_is_planned_anew():
    shop = open_shop(Kind.ISSUED)
    coupon = add_coupon(shop)
    stays = give(add_customer(shop), coupon)
    goes = give(add_customer(shop), add_coupon(shop))

    def delete():
        goes.coupon.delete()
        connections.close_all()

    def go_on(execute, sql, *rest):
        """The world goes on between staging and writing."""
        done = execute(sql, *rest)
        if sql.startswith('INSERT INTO "crm_decided_coupon"'):
            elsewhere = Thread(target=delete)
            elsewhere.start()
            elsewhere.join()
        return done

    with connection.execute_wrapper(go_on), pytest.raises(ExceptionGroup) as trouble:
        tick(shop)
    assert trouble.group_contains(LostRaceError)
    assert not Batch.objects.exists() and not Message.objects.exists() and not Run.objects.exists()
    assert tick(shop, NOW + HOUR) == {"": 1}
    assert only_message(shop).customer_id == stays.customer_id
    assert find_broken() == []
