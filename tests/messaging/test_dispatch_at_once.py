"""F1: two workers at once."""

from threading import Barrier, Thread

import pytest
from django.db import connections, transaction
from django.db.models import QuerySet

from messaging.claiming import claim
from messaging.dispatch import dispatch
from messaging.models import Batch, State
from tests.crm.street import NOW, shop_with_messages
from tests.messaging.scripted import Scripted


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_two_dispatchers_at_once_send_no_batch_twice():
    shops = [shop_with_messages(1) for _ in range(12)]
    provider, start = Scripted(), Barrier(2)
    counts = []

    def work():
        start.wait()
        counts.append(dispatch(now=NOW, connect=provider))
        connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(count[State.DELIVERED] for count in counts) == len(shops)
    assert len(provider.sent) == len({key for key, _ in provider.sent}) == len(shops)


def claimed_at_once():
    """What two workers claim that are in their claiming transactions at the same time."""
    found, both = [], Barrier(2)

    def work():
        with transaction.atomic():
            found.append(claim(now=NOW))
            both.wait()
        connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [batch.pk for batch in found if batch]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_one_batch_is_claimed_by_one_of_two():
    shop = shop_with_messages(1)
    assert claimed_at_once() == [Batch.objects.get(shop=shop).pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_without_the_lock_both_would_claim_it(monkeypatch):
    """Proves that it is the lock that guards: take it away, and one batch is claimed twice."""
    shop = shop_with_messages(1)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    assert claimed_at_once() == [Batch.objects.get(shop=shop).pk] * 2
