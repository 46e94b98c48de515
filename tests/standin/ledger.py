"""What the stand-in saw and took, in a file that outlives it.

One line of JSON a request, written at once: `{"seen": key, "fault": …}` for every batch that came,
`{"taken": key, …}` for one that was taken, `{"wrong": …}` for what no client may do.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# How the numbers end that are refused at once, and those that are found dead later.
REFUSED, UNDELIVERABLE = "0000", "9999"


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch that was taken: what it was, and each message's id with its code."""

    number: int
    key: str
    sha256: str
    at: float
    results: list[tuple[str, str]]
    undeliverable: list[str]

    def answer(self) -> bytes:
        """As the client is told, at first and again."""
        results = [{"id": pk, "code": code} for pk, code in self.results]
        return json.dumps({"request": f"r-{self.number}", "results": results}).encode()


class Ledger:
    """The log, and what of it must be at hand: taken batches by key, and in their order."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.known: dict[str, Taken] = {}
        self.order: list[Taken] = []
        self._read_back(path)

    def _read_back(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):  # killed while writing: nobody was answered
            os.ftruncate(self._file, sum(map(len, lines[:-1])))
            lines.pop()
        for line in lines:
            record = json.loads(line)
            if "forgot" in record:
                self.known.clear()
            elif "taken" in record:
                self._keep(taken_from(record))

    def _keep(self, taken: Taken) -> None:
        self.known[taken.key] = taken
        self.order.append(taken)

    def write(self, record: dict[str, Any]) -> None:
        """Append one line, now."""
        os.write(self._file, json.dumps(record | {"at": time.time()}).encode() + b"\n")

    def take(self, key: str, sha256: str, messages: list[dict[str, Any]], code: str) -> Taken:
        """Accept a batch: from now on it counts as arrived."""
        taken = Taken(
            number=len(self.order) + 1,
            key=key,
            sha256=sha256,
            at=time.time(),
            results=[(m["id"], "3008" if m["to"].endswith(REFUSED) else code) for m in messages],
            undeliverable=[m["id"] for m in messages if m["to"].endswith(UNDELIVERABLE)],
        )
        self.write(
            {
                "taken": key,
                "number": taken.number,
                "sha256": sha256,
                "results": taken.results,
                "undeliverable": taken.undeliverable,
            }
        )
        self._keep(taken)
        return taken

    def forget(self) -> None:
        """Lose the memory of all keys; what was taken stays taken."""
        self.write({"forgot": len(self.known)})
        self.known.clear()


def taken_from(record: dict[str, Any]) -> Taken:
    """A line of the log as it was meant."""
    return Taken(
        number=record["number"],
        key=record["taken"],
        sha256=record["sha256"],
        at=record["at"],
        results=[(pk, code) for pk, code in record["results"]],
        undeliverable=record["undeliverable"],
    )
