"""A worker's dispatch in a process of its own: `python -m bench.sender STAND-IN`.

Says "ready", waits for a line, sends everything due, and prints what became of it, with its peak
memory in MiB.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import django

ROOT = Path(__file__).resolve().parent.parent
NHN = "nhn_alimtalk"


def main(url: str) -> None:
    """Be one of the group's workers."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection

    from bench.figures import peak
    from messaging.dispatch import dispatch
    from messaging.gateways import connect
    from messaging.gateways.nhn.alimtalk import NhnAlimtalk
    from tests.factories import NOW

    provider = NhnAlimtalk(url)
    connection.ensure_connection()
    print("ready", flush=True)
    if not sys.stdin.readline():
        return  # who started us is gone
    counts = dispatch(now=NOW, connect=lambda name: provider if name == NHN else connect(name))
    print(json.dumps({"messages": counts.total(), "peak": peak()}), flush=True)


class Senders:
    """Some of them, ready to start."""

    def __init__(self, processes: list["subprocess.Popen[str]"]) -> None:
        self._processes = processes

    def start(self) -> None:
        """Have them send everything."""
        for process in self._processes:
            _pipe(process.stdin).write("go\n")
            _pipe(process.stdin).flush()

    def send(self) -> tuple[int, float]:
        """The same, to its end; how many messages, and the largest peak memory in MiB."""
        self.start()
        answers = [json.loads(_pipe(process.stdout).readline()) for process in self._processes]
        return sum(one["messages"] for one in answers), max(one["peak"] for one in answers)


@contextmanager
def senders(count: int, url: str) -> Iterator[Senders]:
    """So many senders to the stand-in at `url`, started and waiting."""
    processes = [
        subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.sender", url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        for process in processes:
            _pipe(process.stdout).readline()
        yield Senders(processes)
    finally:
        for process in processes:
            process.kill()  # what it has to say has been read, or is not wanted any more
            process.communicate()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None  # noqa: S101 - all are pipes
    return stream


if __name__ == "__main__":
    main(sys.argv[1])
