"""A gateway whose provider fails is left alone for a while, each time longer (F6).

A failure is a call that ended without an answer about the messages. The first few only put their
own batch off; then nothing of the gateway is claimed until it has rested. One answer ends it.
"""

from datetime import datetime, timedelta
from hashlib import blake2b

from django.db.models import F, Q

from messaging.gateways import AccountRefused, AnswerLost, Busy, NotYetKnown
from messaging.models import Gateway

TOLERATED = 4  # failures in a row before it rests: as many as a worker has under way at once
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
# Of one whose account was refused: somebody has to look at it.
ACCOUNT_REST = timedelta(minutes=15)


def heard(gateway: int, said: object, *, ailing: bool, now: datetime) -> datetime:
    """Count whether the provider answers at all; returns until when its gateway rests, or `now`.

    `ailing`: it has failed before, so that an answer is worth writing down.
    """
    if isinstance(said, AccountRefused):
        return failed(gateway, now, said.wait or ACCOUNT_REST)
    if isinstance(said, Busy | AnswerLost) and not isinstance(said, NotYetKnown):
        return failed(gateway, now, getattr(said, "wait", None))
    if ailing:
        worked(gateway)
    return now


def failed(gateway: int, now: datetime, wait: timedelta | None = None) -> datetime:
    """Count a failure; returns until when the gateway is to rest for it, `now` where it is not.

    `wait` is for how long the provider itself asked to be left alone. A longer rest that began
    before stays as it is.
    """
    rows = Gateway.objects.filter(pk=gateway)
    rows.update(failures=F("failures") + 1)
    failures = rows.values_list("failures", flat=True).first() or 0
    rest = _rest(gateway, failures)
    until = now + max(rest, wait or timedelta(0))
    if until > now:
        shorter = Q(rests_until=None) | Q(rests_until__lt=until)
        rows.filter(shorter).update(rests_until=until)
    return until


def worked(gateway: int) -> None:
    """Forget the failures: the provider answers."""
    Gateway.objects.filter(pk=gateway, failures__gt=0).update(failures=0, rests_until=None)


def _rest(gateway: int, failures: int) -> timedelta:
    if failures <= TOLERATED:
        return timedelta(0)
    rest: timedelta = min(FIRST_REST * 2 ** min(failures - TOLERATED - 1, 10), LONGEST_REST)
    return jitter(rest, f"{gateway}:{failures}")


def jitter(pause: timedelta, about: str) -> timedelta:
    """The pause, or up to a quarter longer, so that not all come back at once.

    Always the same for the same thing.
    """
    share = int.from_bytes(blake2b(about.encode(), digest_size=2).digest()) / 2**16
    return pause * (1 + share / 4)
