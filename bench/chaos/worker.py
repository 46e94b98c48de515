"""Part two, at real length: each process of a worker group is killed; how long does sending stop?

One group under the supervisor, as in the demo, with the intervals that `config.settings` has. A
test message to the built-in phone is queued each second.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from bench.chaos.options import Options
from bench.chaos.postgres import Postgres
from bench.chaos.processes import Group, kill
from config.supervisor import say
from crm.campaigns.coupon_messages.settings import settings_of
from crm.campaigns.coupon_messages.trials import send_test
from crm.models import Kind
from crm.shops import create_shop
from crm.tasks import keep_schedules, send_soon
from messaging.models import Batch
from orders.models import Country, Shop, ShopQuerySet

PHONE = "010-0000-0000"
TRICKLE = 1.0
# How long sending may stop after any kill (docs: the worker looks after itself).
LIMIT = timedelta(minutes=4)
# A group that was started again after a kill is watched for so long; seconds. One that was not may
# still be killed when it has been silent for too long, and is watched for as much longer.
WATCHED, AT_MOST = 30.0, 420.0
# Sending goes well again when what was queued so lately has been sent; seconds.
LATELY = 5.0
# A group that has just started is left in peace for so long, so that its workers are idle.
SETTLED = 5.0
# Where the kernel says that a process waits which reads from a pipe (/proc/PID/wchan): of the idle
# workers that is the one that holds the queue's lock, the others wait for it.
READING = "pipe_read"


def _of_age(place: int) -> "Find":
    return lambda members: members[place]


def _holds_the_lock(members: list[int]) -> int:
    workers = members[2:4]
    waits = {pid: Path(f"/proc/{pid}/wchan").read_text() for pid in workers}
    return next((pid for pid in workers if READING in waits[pid]), workers[0])


def _waits_for_the_lock(members: list[int]) -> int:
    return next(pid for pid in members[2:4] if pid != _holds_the_lock(members))


# From a fresh group's processes, in the order in which they were started, to the one to kill.
Find = Callable[[list[int]], int]
TARGETS: dict[str, Find] = {
    "the idle worker that holds the queue": _holds_the_lock,
    "the other worker": _waits_for_the_lock,
    "the main process": _of_age(0),
    "the sentinel": _of_age(1),
    "the monitor": _of_age(4),
    "the pusher": _of_age(5),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """The longest time without a message after a kill, in seconds."""

    killed: str
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether it stays within the limit."""
        return self.seconds <= LIMIT.total_seconds()


@dataclass(frozen=True, slots=True)
class Stops:
    """What came of the part."""

    stops: list[Stop]

    @property
    def holds(self) -> bool:
        """Whether every kill stays within the limit."""
        return all(stop.holds for stop in self.stops)

    def table(self) -> str:
        """What is printed."""
        limit = f"{LIMIT.total_seconds():g} s"
        lines = [
            f"  {stop.killed:<48}{stop.seconds:>7.1f} s{'' if stop.holds else '  TOO LONG'}"
            for stop in self.stops
        ]
        return "\n".join([f"The longest time without a message (at most {limit})", *lines, ""])

    def as_json(self) -> dict[str, Any]:
        """Everything about it, for the file."""
        return {"limit": LIMIT.total_seconds(), "stops": [asdict(stop) for stop in self.stops]}


def run(folder: Path, postgres: Postgres, options: Options) -> Stops:
    """Kill each process of a fresh group, one at a time."""
    _forget_the_fast_clock()
    shop = create_shop(slug="trickle", name="봄날문구", country=Country.KOREA, now=timezone.now())
    stops = []
    for name, find in TARGETS.items():
        group = Group("worker", [sys.executable, "manage.py", "work"], os.environ, folder)
        group.start()
        try:
            stops.append(Stop(name, _stop_after(group, shop, find)))
        finally:
            group.end()
        say(f"{name}: {stops[-1].seconds:.1f} s without a message")
    return Stops(stops)


def _forget_the_fast_clock() -> None:
    """What the first part has scheduled is due far ahead of the real clock."""
    Schedule.objects.all().delete()
    OrmQ.objects.all().delete()
    keep_schedules()


def _stop_after(group: Group, shop: Shop, find: Find) -> float:
    """Kill the process that `find` picks; the longest time without a message from then on."""
    _trickle_until(group, shop, lambda: _is_well(shop), AT_MOST)
    settled = time.monotonic() + SETTLED
    _trickle_until(group, shop, lambda: time.monotonic() > settled, AT_MOST)
    killed, members = timezone.now(), group.members()
    kill([find(members)])

    def over() -> bool:
        again = members[0] not in group.members()
        watched = WATCHED if again else WATCHED + settings.WORKER_SILENCE
        return timezone.now() > killed + timedelta(seconds=watched) and _is_well(shop)

    _trickle_until(group, shop, over, AT_MOST)
    return _longest_gap(shop, killed, timezone.now())


def _trickle_until(group: Group, shop: Shop, done: Callable[[], bool], at_most: float) -> None:
    """A message each second, and the supervisor's round, until `done` or for so many seconds."""
    ends = time.monotonic() + at_most
    while not done() and time.monotonic() < ends:
        send_test(settings=settings_of(shop), kind=Kind.ISSUED, phone=PHONE, now=timezone.now())
        send_soon()
        group.child.revive(time.monotonic())
        time.sleep(TRICKLE)


def _sent(shop: Shop) -> ShopQuerySet:
    return Batch.objects.for_shop(shop).exclude(settled_at=None)


def _is_well(shop: Shop) -> bool:
    """Whether what was queued lately has been sent."""
    lately = timezone.now() - timedelta(seconds=LATELY)
    return bool(_sent(shop).filter(planned_at__gt=lately).exists())


def _longest_gap(shop: Shop, since: datetime, until: datetime) -> float:
    times = _sent(shop).filter(settled_at__gt=since).values_list("settled_at", flat=True)
    points: list[datetime] = sorted({since, *times, until})
    return max((later - earlier).total_seconds() for earlier, later in pairwise(points))
