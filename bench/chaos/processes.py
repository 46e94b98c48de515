"""Our processes: kept running by the supervisor's `Child`, found and killed one by one.

A group's processes carry its mark in their environment and hand it down to what they start, so
they are found also when those that started them are gone.
"""

import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.supervisor import Child

MARK = "CHAOS_MARK"


def marked(mark: str) -> list[int]:
    """The living processes whose mark begins with `mark`, oldest first."""
    wanted = f"\0{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if wanted in b"\0" + (folder / "environ").read_bytes():
                    found.append(int(folder.name))
    return sorted(found, key=_age)


def _age(pid: int) -> tuple[int, int]:
    with suppress(OSError):
        return int(_stat(pid)[19]), pid
    return 0, pid


def parent_of(pid: int) -> int:
    """The process that started it; 0 where it has ended."""
    with suppress(OSError):
        return int(_stat(pid)[1])
    return 0


def _stat(pid: int) -> list[str]:
    """What stands behind the name in /proc/PID/stat: state, parent … (man 5 proc)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def kill(pids: Iterable[int]) -> None:
    """SIGKILL, for those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Group:
    """A command and everything that it starts; `mark` is unique on this machine."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        env = {**self.env, MARK: f"{self.mark};"}
        self.child = Child(self.name, self.command, env, self.folder / f"{self.name}.log")

    @property
    def mark(self) -> str:
        """What its processes are found by."""
        return f"{self.folder.name}/{self.name}"

    def start(self) -> None:
        """Start it."""
        self.child.start()

    def members(self) -> list[int]:
        """Its living processes, the oldest (which is ours) first."""
        return marked(f"{self.mark};")

    def revive(self) -> bool:
        """Start it again if its first process has ended, whatever is left of it killed."""
        if self.child.is_running:
            return False
        self.child.end(time.monotonic())
        self.child.start()
        return True

    def end(self) -> None:
        """End it at once, by force."""
        kill(self.members())
        self.child.end(time.monotonic())
