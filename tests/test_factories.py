"""The factories make rows that planning could have made."""

import pytest

from messaging.models import Batch, State
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_batch_counts_its_messages_and_their_outcomes():
    batch = make.BatchFactory()
    make.MessageFactory(batch=batch)
    make.OutcomeFactory(message__batch=batch, state=State.FAILED)
    found = Batch.objects.get()
    assert (found.size, found.failed, found.delivered) == (2, 1, 0)


@pytest.mark.parametrize("state", State)
def test_a_batch_can_stand_in_every_state(state):
    batch = make.BatchFactory(state=state)
    assert Batch.objects.get(pk=batch.pk).state == state


def test_what_hangs_on_a_message_is_of_its_shop():
    shop = make.ShopFactory()
    message = make.MessageFactory(batch__shop=shop)
    assert {
        message.shop,
        message.customer.shop,
        message.batch.run.shop,
        message.batch.gateway.shop,
        message.batch.revision.template.shop,
    } == {shop}


def test_batches_of_a_chunk_and_messages_of_a_batch_follow_one_another():
    chunk = make.ChunkFactory()
    first, second = (make.BatchFactory(chunk=chunk, shop=chunk.run.shop) for _ in range(2))
    one, two = make.MessageFactory(batch=first), make.MessageFactory(batch=second)
    assert second.pk == first.pk + 1
    assert two.pk == one.pk + 1


def test_the_other_rows_can_be_made():
    for factory in (
        make.MembershipFactory,
        make.ConsentFactory,
        make.OrderItemFactory,
        make.IssuedCouponFactory,
        make.PastReasonFactory,
    ):
        assert factory().pk
