"""Part one: chaos while messages are planned and sent, then the accounts."""

import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from bench.chaos.accounts import accounts, undecided
from bench.chaos.accounts_of_advertising import accounts_of_advertising
from bench.chaos.accounts_of_points import accounts_of_points
from bench.chaos.accounts_of_providers import accounts_of_providers
from bench.chaos.clock import SPEED, fast, right_at
from bench.chaos.house import House
from bench.chaos.kills import wreak
from bench.chaos.options import Options
from bench.chaos.postgres import Postgres
from bench.chaos.report import EXAMPLES, accounts_table, done_table
from bench.chaos.rounds import Reports, take_in_hooks
from bench.chaos.seen import read
from bench.chaos.shop import issue, open_shops, resume_all
from bench.chaos.told import Line, all_messages
from bench.chaos.town import Clock, Town
from config.supervisor import say
from crm.schedules import run_due
from crm.ticks import ten_minutes_until
from messaging.dispatch import dispatch
from messaging.models import OPEN_STATES, Batch, Run
from messaging.polling import poll_due
from orders.localtime import next_time_of_day
from orders.models import Shop

# Coupons that are there at the beginning, a shop.
STOCK = 1000
# How long the workers have for what is left, in real seconds: by the fast clock four leases of a
# planner, or six of a batch. What rests for longer after many failures is then sent by ourselves.
SECONDS_TO_END = 72.0
SKIP, SKIPS = timedelta(hours=1), 24
# How often providers are asked at the end, and how long it may take: there are many batches.
QUESTIONS, LONG = 8, timedelta(minutes=2)
# When advertising may go out (F3), and how long a chaos waits for it at most.
OPENS, ZONE, LONGEST_WAIT = time_of_day(8), ZoneInfo("Asia/Seoul"), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of the part: the accounts, what was done to whom, how the end was reached."""

    lines: list[Line]
    done: dict[str, int]
    seconds_to_end: float
    resting: list[str]

    @property
    def holds(self) -> bool:
        """Whether the accounts hold."""
        return not any(line.wrong for line in self.lines)

    def table(self) -> str:
        """What is printed."""
        return (
            f"Done\n{done_table(self.done)}\n\n"
            f"Waited for the end: {self.seconds_to_end:g} s. Batches that rested for longer, and"
            f" were sent without waiting: {len(self.resting)}\n"
            f"{''.join(f'    {batch}' + chr(10) for batch in self.resting[:EXAMPLES])}\n"
            f"Counted\n{accounts_table(self.lines)}\n"
        )

    def as_json(self) -> dict[str, Any]:
        """Everything about it, for the file."""
        return asdict(self) | {"holds": self.holds}


def run(folder: Path, postgres: Postgres, options: Options) -> Sending:
    """Fill the shops, wreak havoc, wait until nothing is open, and count."""
    dice = Random(options.seed)  # noqa: S311 - dice, not secrets
    begins = _begins(options.seconds)
    clock = Clock(right_at(begins, time.time()))
    with Town(clock, dice) as town:
        for shop in open_shops(town, begins):
            issue(shop, dice, begins, STOCK)
        connection.close()  # it would not outlive what follows
        clock.began = right_at(begins, time.time())  # filling takes a while
        house = House(folder, postgres, dice, clock.began, town)
        done, waited, resting = _live_through(house, options.seconds)
        lines = [*accounts(read(house.log)), *_more_accounts(town)]
    return Sending(lines, dict(done.most_common()), waited, resting)


def _begins(seconds: float) -> datetime:
    """Such a time that advertising may not go out (F3) during the first half of the chaos."""
    early = min(timedelta(seconds=seconds * SPEED / 2), LONGEST_WAIT)
    return next_time_of_day(OPENS, not_before=datetime.now(UTC) + early, zone=ZONE) - early


def _more_accounts(town: Town) -> list[Line]:
    messages, taken = all_messages(), town.taken()
    return [
        *accounts_of_providers(messages, taken, town.wrong()),
        *accounts_of_points(taken, town.clock()),
        *accounts_of_advertising(messages, taken),
    ]


def _live_through(house: House, seconds: float) -> tuple[Counter[str], float, list[str]]:
    """Wreak havoc, then wait until nothing is open, and hear all that is to be told."""
    try:
        house.start()
        say(f"Chaos for {seconds:g} s …")
        done = wreak(house, time.monotonic() + seconds)
        say("All is up again; waiting until nothing is open …")
        house.calm()
        resume_all(Run.objects.all())
        waited = _wait(house)
        resting = _send_the_rest(house)
        _hear_everything(house)
    finally:
        house.end()
    return done, waited, resting


def _hear_everything(house: House) -> None:
    """All reports once more from the beginning, by ourselves, until there is nothing new."""
    house.reports.end()
    Reports()(house.dice)
    for _ in range(QUESTIONS):
        house.town.clock.ahead += SKIP
        poll_due(house.town.clock(), LONG)
    take_in_hooks(house.town, house.town.clock())


def _wait(house: House) -> float:
    """Until nothing is open, or SECONDS_TO_END have passed; how long it took."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < SECONDS_TO_END and _left(house):
        time.sleep(0.5)
        house.revive()
    return round(waited, 1)


def _left(house: House) -> int:
    """How many batches are open and coupons undecided, at least."""
    at = ten_minutes_until(fast(house.began))
    coupons = sum(undecided(shop, at).count() for shop in _shops())
    return coupons + Batch.objects.filter(state__in=OPEN_STATES).count()


def _shops() -> list[int]:
    return list(Shop.objects.values_list("pk", flat=True))


def _send_the_rest(house: House) -> list[str]:
    """Skip the pauses of batches that have failed often; which these were."""
    for group in (*house.workers, *house.planners):
        group.end()
    now = fast(house.began)
    resting = [
        f"batch {batch.pk}: {batch.get_state_display()}, attempt {batch.attempt},"
        f" its turn in {(batch.turn - now).total_seconds():.0f} s"
        for batch in Batch.objects.filter(state__in=OPEN_STATES).order_by("pk")
        if batch.turn
    ]
    for n in range(1, SKIPS + 1):
        if not _left(house):
            break
        house.town.clock.ahead = n * SKIP
        run_due(now=now + n * SKIP)
        dispatch(now=now + n * SKIP)
    return resting
