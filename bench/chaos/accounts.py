"""The accounts after a chaos: by message, by batch, by what the stand-in saw.

They are added up here a second time, in plain Python over all rows: what the house counts by
itself is what is being checked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import QuerySet

from bench.chaos.apps import ASKED, MUTE
from bench.chaos.seen import Seen
from bench.chaos.told import Line, Messages, all_messages, named
from coupons.models import IssuedCoupon, Origin
from coupons.models.issued import usable_later
from crm.models import CouponNotice, Kind
from messaging.integrity import find_broken
from messaging.models import COUNTERS, OPEN_STATES, Batch, Outcome, State


def accounts(seen: Seen) -> list[Line]:
    """Everything that is counted, when all is still."""
    messages = all_messages()
    return [
        *_of_coupons(messages),
        *_of_messages(messages),
        *_of_batches(messages),
        *_of_requests(seen),
        *_of_taking(messages, seen),
        Line("complaints of find_broken", 0, find_broken()),
    ]


def to_be_told(shop_id: int, at: datetime) -> QuerySet[IssuedCoupon]:
    """A shop's issued coupons about which the tick `at` had to decide, or one before it had."""
    return IssuedCoupon.objects.filter(usable_later(at), shop=shop_id, origin=Origin.MALL)


def undecided(shop_id: int, at: datetime) -> QuerySet[IssuedCoupon]:
    """Those of them that no notice names."""
    told = CouponNotice.objects.filter(kind=Kind.ISSUED).values("issued_id")
    return to_be_told(shop_id, at).exclude(pk__in=told)


def _of_coupons(messages: Messages) -> Iterator[Line]:
    from crm.models import Due, Job

    ticks = Due.objects.filter(job=Job.COUPON_ISSUED).values_list("shop_id", "seen_through")
    count, missed = 0, []
    for shop_id, at in ticks:
        assert at  # noqa: S101 - there has been a tick
        count += to_be_told(shop_id, at).count()
        missed += list(undecided(shop_id, at).values_list("pk", flat=True))
    yield Line("coupons to be told of", count, [f"coupon {pk} has no notice" for pk in missed])
    notices = list(CouponNotice.objects.values_list("issued_id", "message_id", "waiting"))
    yield Line(
        "notices of them",
        len(notices),
        [f"coupon {pk} has no message {told}" for pk, told, _ in notices if told not in messages],
    )
    yield Line(
        "notices that wait to be decided again",
        sum(waiting for _, _, waiting in notices),
        [
            f"coupon {pk} waits, and message {told} is {messages[told].state.name}"
            for pk, told, waiting in notices
            if waiting and told in messages and messages[told].state != State.LEFT_OUT
        ],
    )


def _of_messages(messages: Messages) -> Iterator[Line]:
    about = set(CouponNotice.objects.values_list("message_id", flat=True))
    alone = [pk for pk, told in messages.items() if pk not in about and not told.joined]
    yield Line("messages", len(messages), [f"message {pk} is about no coupon" for pk in alone])
    states = Counter(told.state for told in messages.values())
    for state in (State.SENT, State.DELIVERED, State.FAILED, State.UNKNOWN, State.LEFT_OUT):
        yield Line(f"  {state.name.lower().replace('_', ' ')}", states[state])
    still_open = [pk for pk, told in messages.items() if told.state in OPEN_STATES]
    yield Line("  still open", len(still_open), [f"message {pk} is open" for pk in still_open])


def _of_batches(messages: Messages) -> Iterator[Line]:
    rows = Counter(told.batch for told in messages.values())
    outcomes: dict[int, Counter[int]] = defaultdict(Counter)
    for batch_id, state in Outcome.objects.values_list("batch_id", "state"):
        outcomes[batch_id][state] += 1
    batches = list(Batch.objects.order_by("pk"))
    yield Line("batches", len(batches), list(_miscounts(batches, rows, outcomes)))
    yield Line("  at their end, but held or keeping a payload", 0, list(_kept(batches)))
    lost = rows.keys() - {batch.pk for batch in batches}
    yield Line("  missing", len(lost), [f"batch {pk} is not there" for pk in sorted(lost)])


def _miscounts(
    batches: Iterable[Batch], rows: Counter[int], outcomes: Mapping[int, Counter[int]]
) -> Iterator[str]:
    for batch in batches:
        if batch.size != rows[batch.pk]:
            yield f"batch {batch.pk} has {rows[batch.pk]} messages and says {batch.size}"
        for state, counter in COUNTERS.items():
            counted, said = outcomes[batch.pk][state], getattr(batch, counter)
            if counted != said:
                yield f"batch {batch.pk} has {counted} {counter} and says {said}"


def _kept(batches: Iterable[Batch]) -> Iterator[str]:
    for batch in batches:
        if batch.state in OPEN_STATES:
            yield f"batch {batch.pk} is open: attempt {batch.attempt}, its turn {batch.turn}"
        elif batch.payload is not None:
            yield f"batch {batch.pk} keeps its payload"


def _of_requests(seen: Seen) -> Iterator[Line]:
    bytes_of: dict[str, set[str]] = defaultdict(set)
    for request in seen.requests:
        bytes_of[request.key].add(request.sha256)
    looked_at = {request.key for request in seen.requests if not request.turned_away}
    ours = set(map(str, Batch.objects.exclude(key=None).values_list("key", flat=True)))
    wrong = [f"key {key} came with other bytes" for key, them in bytes_of.items() if len(them) > 1]
    wrong += [f"key {key} is no batch's" for key in looked_at - ours]
    yield Line("requests that the stand-in saw", len(seen.requests))
    yield Line("  keys in them", len(bytes_of), wrong)
    yield Line("  that no client may send", len(seen.wrong), seen.wrong)


def _of_taking(messages: Messages, seen: Seen) -> Iterator[Line]:
    """What the stand-in took against what became of it here, when all reports are in."""
    times = seen.times
    twice = [f"message {pk} was taken {n} times" for pk, n in times.items() if n > 1]
    twice += [f"message {pk} is not known here" for pk in times.keys() - messages.keys()]
    yield Line("messages that it took", len(times), twice)
    by_state: dict[State, set[int]] = defaultdict(set)
    for pk, told in messages.items():
        if told.provider in (ASKED, MUTE) or pk in times:
            by_state[told.state].add(pk)
    good, dead = by_state[State.SENT] | by_state[State.DELIVERED], seen.dead & seen.accepted
    left_out = by_state[State.LEFT_OUT]
    yield Line("  left out, and taken by it", *named(left_out & times.keys()))
    yield Line("  sent, and not accepted by it", *named(good - seen.accepted))
    brought = seen.accepted - dead - left_out
    yield Line("  brought by it, and not delivered", *named(brought - by_state[State.DELIVERED]))
    yield Line("  dead letters, and not failed", *named(dead - left_out - by_state[State.FAILED]))
