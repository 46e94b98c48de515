"""F1: two workers at once."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

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


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f1_without_the_lock_both_would_claim_the_same_batch():
    """Proves that the guard guards: the same question without it finds one batch for two."""
    shop = shop_with_messages(1)
    found = {}

    def claim(name, locked, claimed, checked):
        with transaction.atomic():
            batches = Batch.objects.filter(shop=shop, state=State.WAITING).order_by("turn")
            if locked:
                batches = batches.select_for_update(skip_locked=True)
            found[name] = list(batches.values_list("pk", flat=True))
            claimed.wait()
            checked.wait()
        connection.close()

    for locked, expected in ((True, 1), (False, 2)):
        found.clear()
        claimed, checked = Barrier(2), Barrier(2)
        workers = [Thread(target=claim, args=(n, locked, claimed, checked)) for n in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sum(map(len, found.values())) == expected
