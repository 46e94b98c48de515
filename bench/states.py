"""Where a message's state lives: on its batch, or, for the baseline, on each message.

Both plan with the same planner. The baseline's messages have a state and a lease of their own, and
a partial index to find the open ones; a thousand at a time are claimed and settled, each in a
transaction, as a worker would. Neither renders or posts anything.
"""

from uuid import uuid4

from django.db import connection, transaction

from bench.figures import Figure, alternately, seconds
from bench.plan import Street
from bench.shop import execute
from messaging.claiming import claim
from messaging.freezing import LEASE, hold
from messaging.gateways import Answers
from messaging.models import Batch, Message, State
from messaging.settling import settle
from tests.factories import NOW

MESSAGES = 200_000
A_CLAIM = 1000


def measure(rows: int | None) -> list[Figure]:
    """Messages planned, claimed and settled a second."""
    count = rows or MESSAGES
    street = Street(count)
    each, ours = alternately(
        lambda: _on_each_message(street), lambda: _on_the_batch(street), before=street.clear
    )
    return [
        Figure(
            name="plan + claim + settle",
            note=f"{count:,} messages",
            value=count / ours,
            unit="messages/s",
            baseline_name="state and lease on each message",
            baseline=count / each,
            limit=2.0,
        )
    ]


def _on_the_batch(street: Street) -> float:
    took = street.plan() + seconds(_settle_batches)
    if Batch.objects.filter(state=State.DELIVERED).count() < 1:
        raise AssertionError("nothing was settled")
    return took


def _settle_batches() -> None:
    while True:
        with transaction.atomic():
            batch = claim(now=NOW)
            if batch is None:
                return
            frozen = hold(batch, uuid4(), b"-", now=NOW, until=NOW + LEASE)
        settle(frozen, Answers(State.DELIVERED), NOW)


def _on_each_message(street: Street) -> float:
    execute(
        "ALTER TABLE messaging_message ADD state smallint NOT NULL DEFAULT 0,"
        " ADD leased_until timestamptz"
    )
    execute("CREATE INDEX open ON messaging_message (id) WHERE state IN (0, 1) AND address <> ''")
    try:
        took = street.plan() + seconds(_settle_messages)
        if Message.objects.extra(where=["state = 5"]).count() != street.sendable:  # noqa: S610
            raise AssertionError("not everything was settled")
        return took
    finally:
        execute("ALTER TABLE messaging_message DROP state, DROP leased_until")


def _settle_messages() -> None:
    claiming = """
        UPDATE messaging_message SET state = 1, leased_until = %s WHERE id IN (
            SELECT id FROM messaging_message WHERE state = 0 AND address <> ''
             ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING id
    """
    settling = "UPDATE messaging_message SET state = 5, leased_until = NULL WHERE id = ANY(%s)"
    with connection.cursor() as cursor:
        while True:
            cursor.execute(claiming, [NOW, A_CLAIM])
            claimed = [row[0] for row in cursor.fetchall()]
            if not claimed:
                return
            cursor.execute(settling, [claimed])
