"""The processes of a chaos, each kept running unless it is just being killed."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import requests

from bench.chaos.apps import REMEMBERS, URL
from bench.chaos.clock import VARIABLE
from bench.chaos.postgres import Postgres
from bench.chaos.processes import Group
from bench.chaos.town import Town

WORKERS, PLANNERS = 2, 2
# What PostgreSQL is away under.
POSTGRES = "postgres"
# The share of requests that the stand-in treats badly.
FAULTS = 0.25
# A group of workers shows this often that it lives, and may be silent for so long; real seconds.
WATCHED = {"WORKER_BEAT": "1", "WORKER_SILENCE": "8"}


@dataclass
class House:
    """PostgreSQL, the stand-in, and all between; `began`: when the fast clock was right.

    The other providers are the `town`.
    """

    folder: Path
    postgres: Postgres
    dice: Random
    began: float
    town: Town
    # Until when (monotonic seconds) what is down stays down, by its name.
    away: dict[str, float] = field(default_factory=dict)
    stand_in: Group = field(init=False)
    workers: list[Group] = field(init=False)
    planners: list[Group] = field(init=False)
    reports: Group = field(init=False)
    trade: Group | None = field(init=False)

    def __post_init__(self) -> None:
        self.stand_in = self._stand_in(FAULTS)
        worker = [sys.executable, "manage.py", "work"]
        self.workers = [self._group(f"worker-{n}", worker) for n in range(WORKERS)]
        self.planners = [self._loop("plan", n) for n in range(PLANNERS)]
        self.reports = self._loop("report", 0)
        self.trade = self._loop("trade", 0)

    @property
    def log(self) -> Path:
        """What the stand-in writes down."""
        return self.folder / "stand-in.jsonl"

    def groups(self) -> Iterator[Group]:
        """All of them."""
        yield from (self.stand_in, *self.workers, *self.planners, self.reports)
        if self.trade:
            yield self.trade

    def start(self) -> None:
        """Start everything."""
        for group in self.groups():
            group.start()

    def revive(self) -> None:
        """Start again whatever has ended and has been away for long enough."""
        now = time.monotonic()
        if self.away.get(POSTGRES, 0) <= now:
            self.postgres.start()
        for group in self.groups():
            if self.away.get(group.name, 0) <= now:
                group.revive()

    def calm(self) -> None:
        """Let nothing go wrong any more: no faults, no new facts, everything up."""
        if self.trade:
            self.trade.end()
        self.trade = None
        self.away.clear()
        self.town.behave()
        self.stand_in.end()
        self.stand_in = self._stand_in(0)
        self.revive()
        self.postgres.wait()

    def end(self) -> None:
        """End everything, by force."""
        for group in self.groups():
            group.end()

    def misbehave(self, faults: list[dict[str, object]]) -> None:
        """Tell the stand-in how to treat the next requests; one that is down is told nothing."""
        try:
            requests.post(f"{os.environ[URL]}/faults", json={"faults": faults}, timeout=1)
        except requests.RequestException:
            return

    def _stand_in(self, faults: float) -> Group:
        told = {
            "--port": urlsplit(os.environ[URL]).port,
            "--log": self.log,
            "--faults": faults,
            "--seed": self.dice.randrange(10**6),
            "--remembers": REMEMBERS,
        }
        words = [str(word) for item in told.items() for word in item]
        return self._group("stand-in", [sys.executable, "-m", "tests.standin", *words])

    def _loop(self, name: str, n: int) -> Group:
        seed = str(self.dice.randrange(10**6))
        command = [sys.executable, "-m", "bench.chaos.loops", name, seed]
        return self._group(f"{name}-{n}", command)

    def _group(self, name: str, command: list[str]) -> Group:
        env = os.environ | WATCHED | {VARIABLE: str(self.began)}
        return Group(name, command, env, self.folder)
