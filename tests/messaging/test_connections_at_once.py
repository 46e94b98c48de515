"""F1: an owner changes a connection while a worker holds one of its batches."""

from threading import Event, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from messaging.connections import save_connection
from messaging.models import Batch, Channel, Gateway, Message, Reason, State
from messaging.splitting import split_off
from tests import factories as make
from tests.crm.street import NOW, shop_with_messages

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ACCOUNT = {"api_key": "a", "api_secret": "b"}
PATIENCE = 20  # seconds


def owner_connects(shop, answers: list[Any]) -> Thread:
    """An owner who connects another provider, in a thread of his own."""
    user = make.UserFactory()

    def connect() -> None:
        try:
            gateway = save_connection(
                shop=shop,
                user=user,
                channel=Channel.ALIMTALK,
                provider="solapi",
                account=ACCOUNT,
                now=NOW,
            )
            answers.append(gateway.provider)
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=connect)
    thread.start()
    return thread


def until_somebody_waits() -> None:
    """Till a transaction of this database waits for a lock."""
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    pause = Event()
    for _ in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.05)
    raise AssertionError("nobody waits")


def parted(pk: int) -> Batch:
    """Part a message off a batch that this transaction holds."""
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=pk)
    first = Message.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)[:1]
    return split_off(batch, list(first), now=NOW, not_before=NOW)


def test_f1_a_worker_that_parts_a_batch_and_an_owner_do_not_wait_for_each_other():
    shop = shop_with_messages(3)
    batch = Batch.objects.get(shop=shop)
    answers: list[Any] = []
    with transaction.atomic():
        Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        owner = owner_connects(shop, answers)
        until_somebody_waits()
        parted(batch.pk)
    owner.join(PATIENCE)
    assert answers == ["solapi"]
    assert Batch.objects.filter(shop=shop).count() == 2


def test_f1_a_batch_that_was_parted_meanwhile_and_is_taken_up_is_in_the_providers_hands():
    """The owner waits for the first worker; a second one has taken what that has parted."""
    shop = shop_with_messages(3)
    batch = Batch.objects.get(shop=shop)
    with transaction.atomic():
        part = parted(batch.pk)
    answers: list[Any] = []
    # Not open while the owner locks what is open, as if it were parted only afterwards.
    Batch.objects.filter(pk=part.pk).update(state=State.LEFT_OUT, reason=Reason.STOPPED)
    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=batch.pk)
        owner = owner_connects(shop, answers)
        until_somebody_waits()
        taken_up = Thread(target=_take_up, args=[part.pk, taken := Event(), free := Event()])
        taken_up.start()
        assert taken.wait(PATIENCE)
    owner.join(PATIENCE)
    free.set()
    taken_up.join(PATIENCE)
    assert isinstance(answers[0], ValidationError)
    assert Gateway.objects.get(shop=shop, channel="alimtalk").provider == "phone"


def _take_up(pk: int, taken: Event, free: Event) -> None:
    Batch.objects.filter(pk=pk).update(state=State.WAITING, reason="")
    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=pk)
        taken.set()
        free.wait(PATIENCE)
    connections.close_all()
