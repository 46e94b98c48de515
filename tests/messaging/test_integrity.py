"""What no constraint of the database holds is found by the nightly check (F1, F2)."""

import pytest

from messaging.dispatch import dispatch
from messaging.gateways import Answers
from messaging.integrity import find_broken
from messaging.models import Batch, Message, Outcome, State
from tests import factories as make
from tests.crm.street import NOW, messages, shop_with_messages
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
NOWHERE = 987654321


def test_a_sound_shop_has_nothing_broken():
    shop = shop_with_messages(3)
    first, *_ = messages(shop)
    answers = Answers(State.SENT, {first.pk: (State.FAILED, "blocked")})
    dispatch(now=NOW, shop=shop, connect=Scripted(answers))
    make.OutcomeFactory(message__batch__shop=shop)
    make.PastReasonFactory(message__batch__shop=shop)
    assert find_broken(shop) == find_broken() == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"batch_id": NOWHERE}, "messages without their batch"),
        ({"customer_id": NOWHERE}, "messages without their customer"),
        ({"joined_id": NOWHERE}, "messages joined with none"),
    ],
)
def test_a_message_that_leads_nowhere_is_found(fields, found):
    message = make.MessageFactory()
    Message.objects.filter(pk=message.pk).update(**fields)
    assert f"{found}: {message.pk}" in find_broken(message.shop)


def test_a_message_without_its_shop_is_found_among_all():
    message = make.MessageFactory()
    Message.objects.filter(pk=message.pk).update(shop_id=NOWHERE)
    assert f"messages without their shop: {message.pk}" in find_broken()


def test_f10_a_message_across_shops_is_found():
    message = make.MessageFactory()
    Message.objects.filter(pk=message.pk).update(customer=make.CustomerFactory())
    assert f"messages to another shop's customer: {message.pk}" in find_broken(message.shop)


def test_an_outcome_without_a_message_is_found():
    outcome = make.OutcomeFactory()
    Message.objects.filter(pk=outcome.pk).delete()
    assert f"outcomes without a message: {outcome.pk}" in find_broken()


def test_an_outcome_of_another_batch_is_found():
    outcome = make.OutcomeFactory()
    Outcome.objects.filter(pk=outcome.pk).update(batch=make.BatchFactory())
    assert f"outcomes of another batch: {outcome.pk}" in find_broken(outcome.message.shop)


@pytest.mark.parametrize("counter", ["size", "failed", "unknown", "sent", "delivered", "left_out"])
def test_a_batch_that_miscounts_is_found(counter):
    message = make.MessageFactory()
    Batch.objects.filter(pk=message.batch_id).update(**{counter: 7})
    (line,) = find_broken(message.shop)
    assert line.startswith("batches that miscount")
    assert line.endswith(f": {message.batch_id}")


def test_one_shops_check_is_silent_about_another():
    broken, sound = make.MessageFactory(), make.MessageFactory()
    Message.objects.filter(pk=broken.pk).update(batch_id=NOWHERE)
    assert find_broken(sound.shop) == []
