"""`make test`: every test that this machine allows, part by part, and what was left out and why.

The parts for SQLite and PostgreSQL run side by side; the browser's come after them. With CI=true
a part that is left out, or a test that is skipped, is a failure.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from tests.machine import Missing, chromium, postgresql

ROOT = Path(__file__).resolve().parent.parent
_COUNT = re.compile(r"(\d+) (passed|failed|error|skipped|xfailed|xpassed)")


@dataclass
class Part:
    """One run of pytest, with the tests that `marks` selects."""

    name: str
    marks: str
    env: dict[str, str] = field(default_factory=dict)
    last_line: str = ""
    status: int = -1
    _lines: "SimpleQueue[str | None]" = field(default_factory=SimpleQueue)

    def start(self) -> None:
        """Start it in the background."""
        Thread(target=self._run).start()

    def show(self) -> None:
        """Show its output as it comes, until it has ended."""
        print(f"\n### {self.name}", flush=True)
        for line in iter(self._lines.get, None):
            print(line, end="", flush=True)
            self.last_line = line.strip() or self.last_line

    def counts(self) -> Counter[str]:
        """How many tests passed, failed and so on, by pytest's own closing line."""
        return Counter({kind: int(number) for number, kind in _COUNT.findall(self.last_line)})

    def _run(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", "-m", self.marks, "--color=no"],
            cwd=ROOT,
            env=_environment() | self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                self._lines.put(line)
        self.status = process.returncode
        self._lines.put(None)


def main() -> int:
    """Run everything: 0 if all that ran has passed and, with CI=true, everything ran."""
    began = time.monotonic()
    left_out: list[str] = []
    engines = [Part("SQLite", "not browser and not postgres"), *_postgresql(left_out)]
    browser = _browser(left_out)
    for together in (engines, browser):
        for part in together:
            part.start()
        for part in together:
            part.show()
    return report([*engines, *browser], left_out, time.monotonic() - began)


def report(parts: list[Part], left_out: list[str], seconds: float) -> int:
    """Say what was left out and how each part ended, the sum last; the exit status."""
    counts = sum((part.counts() for part in parts), Counter[str]())
    if counts["skipped"]:
        left_out.append(f"{counts['skipped']} skipped tests: the lines SKIPPED above say why")
    print()
    for line in left_out:
        print(f"LEFT OUT: {line}")
    failed = [part.name for part in parts if part.status]
    if left_out and in_ci():
        print("With CI=true nothing may be left out: this is a failure.")
        failed.append("completeness")
    for part in parts:
        print(f"{part.name}: {part.last_line.strip('= ')}")
    summary = ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "no tests ran"
    print(f"===== {summary} in {seconds:.2f}s =====", flush=True)
    return 1 if failed else 0


def in_ci() -> bool:
    """Whether nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def _postgresql(left_out: list[str]) -> list[Part]:
    try:
        return [Part("PostgreSQL", "not browser", {"DATABASE_URL": postgresql()})]
    except Missing as reason:
        left_out.append(f"everything on PostgreSQL: {reason}")
        return []


def _browser(left_out: list[str]) -> list[Part]:
    try:
        return [Part("Browser", "browser", {"CHROMIUM": chromium()})]
    except Missing as reason:
        left_out.append(f"the browser tests: {reason}")
        return []


def _environment() -> dict[str, str]:
    """This process's variables, with the database left to each part."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


if __name__ == "__main__":
    sys.exit(main())
