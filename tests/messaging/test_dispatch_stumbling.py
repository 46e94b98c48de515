"""F11: what one batch's answer, or our own code, breaks holds up nothing else."""

import pytest

from messaging.dispatch import SET_ASIDE, dispatch
from messaging.freezing import LEASE
from messaging.gateways import Answers
from messaging.models import Batch, Message, Outcome, Reason, State
from orders.models import Customer
from tests.crm.street import MINUTE, NOW, messages, only_message, shop_with_messages
from tests.messaging.scripted import DELIVERED, Scripted

pytestmark = pytest.mark.django_db
NOBODYS = 999


class Miscounting(Scripted):
    """Composes nothing, as a bug of our own would; counts how often it was asked to."""

    tries = 0

    def compose(self, messages, head, account):
        self.tries += 1
        raise ValueError("a bug")


@pytest.mark.django_db(transaction=True)  # what fails is a transaction of its own
def test_f11_an_answer_that_cannot_be_written_down_takes_no_other_with_it(caplog):
    shops = [shop_with_messages(1) for _ in range(3)]
    provider = Scripted(DELIVERED, Answers(None), DELIVERED)  # type: ignore[arg-type]  # no column takes it
    assert dispatch(now=NOW, connect=provider) == {State.DELIVERED: 2}
    assert "can't be written down" in caplog.text
    assert dispatch(now=NOW + LEASE + MINUTE, connect=provider) == {State.DELIVERED: 1}
    assert {only_message(shop).state for shop in shops} == {State.DELIVERED}


def test_f1_an_answer_about_nobodys_message_is_not_kept(caplog):
    shop = shop_with_messages(1)
    answers = Answers(State.DELIVERED, {NOBODYS: (State.FAILED, "no friend")})
    assert dispatch(now=NOW, connect=Scripted(answers)) == {State.DELIVERED: 1}
    assert not Outcome.objects.exists()
    assert Batch.objects.get(shop=shop).failed == 0
    assert "1 answers about other messages" in caplog.text


def test_f1_an_answer_about_a_message_that_was_left_out_changes_nothing():
    shop = shop_with_messages(2)
    gone, sent = messages(shop)
    Customer.objects.filter(pk=gone.customer_id).update(phone="")
    answers = Answers(State.DELIVERED, {gone.pk: (State.FAILED, "no friend")})
    counts = dispatch(now=NOW, connect=Scripted(answers))
    assert counts == {State.LEFT_OUT: 1, State.DELIVERED: 1}
    assert Outcome.objects.get().reason == Reason.NO_ADDRESS
    assert not Outcome.objects.filter(message=sent).exists()


def test_f1_a_reference_that_is_too_long_is_cut():
    shop = shop_with_messages(1)
    dispatch(now=NOW, connect=Scripted(Answers(State.SENT, reference="r" * 500)))
    assert Batch.objects.get(shop=shop).provider_ref == "r" * 100


def test_f11_a_provider_that_is_not_there_any_more_is_a_lost_answer(caplog):
    shop_with_messages(1)
    there = Scripted()
    calls = iter([there])  # it is there while the batch is frozen, and then not

    assert dispatch(now=NOW, connect=lambda _name: next(calls)) == {}
    assert dispatch(now=NOW + LEASE + MINUTE, connect=there) == {State.DELIVERED: 1}


def test_f11_a_fresh_batch_that_is_set_aside_has_an_hours_peace(caplog):
    shop = shop_with_messages(1)
    broken = Miscounting()
    dispatch(now=NOW, connect=broken)
    dispatch(now=NOW + MINUTE, connect=broken)
    dispatch(now=NOW + SET_ASIDE - MINUTE, connect=broken)
    assert broken.tries == 1
    assert dispatch(now=NOW + SET_ASIDE, connect=Scripted()) == {State.DELIVERED: 1}
    assert only_message(shop).state == State.DELIVERED


def test_a7_a_message_whose_customer_is_gone_is_left_out():
    shop = shop_with_messages(1)
    Message.objects.update(customer_id=NOBODYS)
    provider = Scripted()
    assert dispatch(now=NOW, connect=provider) == {State.LEFT_OUT: 1}
    message = only_message(shop)
    assert (message.reason, provider.sent) == (Reason.NO_ADDRESS, [])


def test_f9_a_message_whose_customer_was_erased_while_it_waited_is_not_sent():
    shop = shop_with_messages(1)
    Message.objects.update(customer=None)
    provider = Scripted()
    assert dispatch(now=NOW, connect=provider) == {State.LEFT_OUT: 1}
    assert (only_message(shop).reason, provider.sent) == (Reason.NO_ADDRESS, [])
