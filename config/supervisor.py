"""Keeps processes running side by side until it is told to stop, and leaves none behind.

Each child has a session of its own, so that a Ctrl-C in the terminal reaches only the supervisor,
which then ends the children in an orderly way, and so that a child's whole process group can be
ended: a queue cluster whose main process was killed leaves workers that would go on working.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# How long a child may take to end what it has begun, in seconds.
GRACE = 15.0
# How often the supervisor looks around, in seconds.
ROUND = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
# A child that ran this long has started well: its next pause is the first one again.
SETTLED = 120.0
_PR_SET_PDEATHSIG = 1


class StopFlag:
    """Is set by the first signal that asks to stop; later ones change nothing."""

    def __init__(self) -> None:
        self.is_set = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_set = True


@dataclass
class Child:
    """A command that should always be running; what it prints goes to the file `log`."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    pause: float = FIRST_PAUSE
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started: float = 0.0
    _start_again: float = 0.0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it now."""
        with self.log.open("ab") as log:
            self._process = _spawn(self.command, self.env, stdout=log, stderr=log)
        self._started = time.monotonic()
        self._start_again = 0.0

    def revive(self, now: float) -> None:
        """Start it again if it has ended, after a pause that doubles while it keeps ending."""
        if self.is_running:
            return
        if not self._start_again:
            self._plan_restart(now)
        elif now >= self._start_again:
            self.start()

    def ask_to_stop(self) -> None:
        """Ask the child's main process to end; it ends its own workers."""
        if self._process is not None and self.is_running:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for the end till `deadline` (monotonic), then kill whatever is left of its group."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        self._kill_group()
        self._process.wait()

    def _plan_restart(self, now: float) -> None:
        self._kill_group()
        if now - self._started > SETTLED:
            self.pause = FIRST_PAUSE
        say(f"{self.name} has ended; it is started again in {self.pause:.0f} s (see {self.log})")
        self._start_again = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _kill_group(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


def stop(children: Sequence[Child], grace: float = GRACE) -> None:
    """End the children together, within `grace` seconds or by force."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + grace
    for child in children:
        child.end(deadline)


def keep_running(children: Sequence[Child], stopping: StopFlag) -> None:
    """Start again whichever child ends, until `stopping` is set."""
    while not stopping.is_set:
        now = time.monotonic()
        for child in children:
            child.revive(now)
        time.sleep(ROUND)


def output_of(command: Sequence[str], env: Mapping[str, str], stopping: StopFlag) -> str | None:
    """What a command printed; None if it failed or was ended because of `stopping`.

    Its standard error is the terminal's. It should print less than a pipe holds (64 KiB).
    """
    process = _spawn(command, env, stdout=subprocess.PIPE, stderr=None)
    while process.poll() is None and not stopping.is_set:
        time.sleep(ROUND)
    if process.poll() is None:
        process.terminate()
    output, _nothing = process.communicate()
    return output.decode() if process.returncode == 0 else None


def say(line: str) -> None:
    """A line of progress for the person who watches."""
    print(line, file=sys.stderr, flush=True)


def _spawn(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | None,
) -> subprocess.Popen[bytes]:
    """The command, started in a session of its own."""
    return subprocess.Popen(  # noqa: S603 - commands are written in our code, never typed in
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """In the child: be asked to end when the supervisor is killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
