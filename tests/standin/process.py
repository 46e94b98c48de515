"""Starting, killing and questioning a stand-in."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.standin.ledger import Taken, taken_from

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class StandIn:
    """A stand-in in a process of its own, with the log that it leaves."""

    log: Path
    options: tuple[str, ...] = ()
    port: int = 0
    module: str = "tests.standin"
    process: "subprocess.Popen[str]" = field(init=False)

    def start(self) -> None:
        """Start it, on the same port as before, and wait until it listens."""
        told = ["--port", str(self.port), "--log", str(self.log), *self.options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, *told],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """SIGKILL: what it has not written is gone."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def misbehave(self, *faults: str | dict[str, Any]) -> None:
        """So at the next requests, one fault each (`tests.standin.faults`)."""
        answer = requests.post(f"{self.url}/faults", json={"faults": faults}, timeout=10)
        assert answer.status_code == 200, answer.text

    def forget(self) -> None:
        """Lose the memory of all keys."""
        requests.post(f"{self.url}/forget", json={}, timeout=10).raise_for_status()

    def records(self) -> list[dict[str, Any]]:
        """The log, line by line."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def taken(self) -> list[Taken]:
        """The batches that it took, in their order; one that came twice stands there twice."""
        return [taken_from(record) for record in self.records() if "taken" in record]

    def messages(self) -> Counter[int]:
        """How often each message was taken, those included that it then refused."""
        return Counter(int(pk) for taken in self.taken() for pk, _code in taken.results)

    def seen(self) -> list[tuple[str, str]]:
        """Key and SHA-256 of every batch that was handed to it, also of those it did not take."""
        return [(one["seen"], one["sha256"]) for one in self.records() if "seen" in one]

    def wait_until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Until it is so; an AssertionError where it does not become so in time."""
        ends = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < ends, "the stand-in did not get there"
            time.sleep(0.01)

    def wrong(self) -> list[str]:
        """What no client may do and ours did."""
        return [record["wrong"] for record in self.records() if "wrong" in record]


@contextmanager
def stand_in(log: Path, *options: str) -> Iterator[StandIn]:
    """A running stand-in that writes to `log`."""
    running = StandIn(log, options)
    running.start()
    try:
        yield running
    finally:
        running.kill()
