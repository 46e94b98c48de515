"""The providers of a chaos, on loopback: strict, misbehaving at random, each with its own ledger.

They live in the process that kills, so that they outlive all workers, and go by its fast clock.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import TracebackType
from typing import Self

from bench.chaos.clock import fast
from bench.chaos.desks import Aligo, Fickle, Google, Nhn, Solapi, Taken
from bench.chaos.office import Mail
from bench.chaos.urls import address, port
from messaging.gateways import Webhook
from tests.providers.loopback import served
from tests.providers.smtp.office import running
from tests.standin.faults import AT_RANDOM


@dataclass
class Clock:
    """The fast clock, and how far ahead of it the end of a chaos goes by."""

    began: float
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """The time."""
        return fast(self.began) + self.ahead


@dataclass
class Town:
    """All of them. As a context they are there meanwhile."""

    clock: Clock
    dice: Random
    nhn: Nhn = field(init=False)
    solapi: Solapi = field(init=False)
    aligo: Aligo = field(init=False)
    google: Google = field(init=False)
    mail: Mail = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        seeds = [self.dice.randrange(10**6) for _ in range(5)]
        self.nhn = Nhn(self.clock, seeds[0])
        self.solapi = Solapi(self.clock, seeds[1])
        self.aligo = Aligo(self.clock, seeds[2])
        self.google = Google(self.clock, seeds[3])
        self.mail = Mail(seeds[4])

    def __enter__(self) -> Self:
        for name, desk in self.desks.items():
            self._open.enter_context(served(desk, port(name)))
        self.google.audience = f"{address('fcm')}/token"
        self._open.enter_context(running(self.mail))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.mail.keep_what_was_wrong()
        self._open.close()

    @property
    def desks(self) -> dict[str, Fickle]:
        """Those that speak HTTP, by the first of their names."""
        return {
            "nhn_alimtalk": self.nhn,
            "solapi": self.solapi,
            "aligo": self.aligo,
            "fcm": self.google,
        }

    def misbehave(self, dice: Random) -> None:
        """One of them treats its next requests badly."""
        desk = dice.choice(list(self.desks.values()))
        names = [dice.choice(AT_RANDOM) for _ in range(dice.randint(1, 6))]
        desk.misbehave(*({"name": name, "seconds": dice.choice((0.2, 2.5))} for name in names))

    def behave(self) -> None:
        """Nothing goes wrong any more."""
        for desk in self.desks.values():
            desk.behave()
        self.mail.behaves = True

    def hooks(self) -> Iterator[tuple[str, Webhook]]:
        """What they call us with, by the provider's name: everything that they know by now."""
        yield from self.nhn.hooks()
        yield "solapi", self.solapi.hook()

    def taken(self) -> list[Taken]:
        """What they took, in what order ever."""
        books = (self.nhn, self.solapi, self.aligo, self.google, self.mail)
        return [taken for book in books for taken in book.book()]

    def wrong(self) -> list[str]:
        """What no client may do and ours did."""
        told = {name: desk.wrong for name, desk in self.desks.items()} | {"smtp": self.mail.bad}
        return [f"{name}: {word}" for name, words in told.items() for word in words]
