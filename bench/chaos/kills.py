"""What is done to a house at random."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, connection

from bench.chaos.house import POSTGRES, House
from bench.chaos.postgres import FAST, IMMEDIATE
from bench.chaos.processes import kill
from bench.chaos.rounds import take_in_hooks
from tests.standin.faults import NAMES

# Between two doings, in seconds: on average, and at most.
PAUSE, LONGEST_PAUSE = 0.7, 4.0
# How long the stand-in or PostgreSQL stays away, in seconds; now and then as long as a lease.
AWAY, LONG_AWAY = (0.0, 1.5), (8.0, 16.0)
LONG_ONCE_IN = 8
# Longer than the patience of the stand-in's client (`apps.py`), so that it gives up.
LATE = 4.0

Doing = Callable[[House], None]


def wreak(house: House, until: float) -> Counter[str]:
    """Do one thing after another until then (monotonic seconds); counts what was done."""
    done: Counter[str] = Counter()
    names = [name for name, (often, _) in DOINGS.items() for _ in range(often)]
    while (left := until - time.monotonic()) > 0:
        name = house.dice.choice(names)
        DOINGS[name][1](house)
        done[name] += 1
        time.sleep(min(house.dice.expovariate(1 / PAUSE), LONGEST_PAUSE, max(left, 0)))
        house.revive()
    return done


def _kill_a_process(house: House) -> None:
    """Any one of a worker group: main process, sentinel, worker, monitor or pusher."""
    members = house.dice.choice(house.workers).members()
    if members:
        kill([house.dice.choice(members)])


def _kill_a_main_process(house: House) -> None:
    kill(house.dice.choice(house.workers).members()[:1])


def _kill_a_group(house: House) -> None:
    kill(house.dice.choice(house.workers).members())


def _kill_all_workers(house: House) -> None:
    for group in house.workers:
        kill(group.members())


def _kill_a_planner(house: House) -> None:
    kill(house.dice.choice(house.planners).members())


def _kill_the_reports(house: House) -> None:
    kill(house.reports.members())


def _kill_the_trade(house: House) -> None:
    if house.trade:
        kill(house.trade.members())


def _kill_the_stand_in(house: House) -> None:
    kill(house.stand_in.members())
    _stay_away(house, house.stand_in.name)


def _power_cut(house: House) -> None:
    house.postgres.stop(IMMEDIATE)
    _stay_away(house, POSTGRES)


def _restart_postgres(house: House) -> None:
    house.postgres.stop(FAST)
    _stay_away(house, POSTGRES)


def _kill_a_session(house: House) -> None:
    """PostgreSQL takes all sessions down with one that is killed, and recovers."""
    sessions = house.postgres.sessions()
    if sessions:
        kill([house.dice.choice(sessions)])


def _misbehave(house: House) -> None:
    faults = (house.dice.choice(NAMES) for _ in range(house.dice.randint(1, 8)))
    house.misbehave([{"name": name, "seconds": house.dice.choice((0.2, LATE))} for name in faults])


def _misbehave_in_town(house: House) -> None:
    house.town.misbehave(house.dice)


def _call_us(house: House) -> None:
    """Providers report by themselves what they know: again, in any order, before their answer."""
    with suppress(DatabaseError, InterfaceError):
        take_in_hooks(house.town, house.town.clock())
    connection.close()  # it may be dead by the next time


def _stay_away(house: House, name: str) -> None:
    span = AWAY if house.dice.randrange(LONG_ONCE_IN) else LONG_AWAY
    house.away[name] = time.monotonic() + house.dice.uniform(*span)


# What is done, and how often in comparison.
DOINGS: dict[str, tuple[int, Doing]] = {
    "a process of a worker group killed": (12, _kill_a_process),
    "a worker group's main process killed": (3, _kill_a_main_process),
    "a whole worker group killed": (3, _kill_a_group),
    "all worker groups killed": (1, _kill_all_workers),
    "a planner killed": (6, _kill_a_planner),
    "the taker of reports killed": (2, _kill_the_reports),
    "the writer of facts killed": (2, _kill_the_trade),
    "the stand-in killed": (3, _kill_the_stand_in),
    "PostgreSQL stopped as by a power cut": (2, _power_cut),
    "PostgreSQL restarted": (1, _restart_postgres),
    "a session of PostgreSQL killed": (2, _kill_a_session),
    "faults told to the stand-in": (4, _misbehave),
    "faults told to another provider": (6, _misbehave_in_town),
    "reports brought by providers": (4, _call_us),
}
