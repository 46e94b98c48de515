"""`config.supervisor`: children are kept running, and nothing is left when it ends."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from config.supervisor import Child, StopFlag, output_of, stop

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")

# A main process with a worker, which tells both their ids and then only waits.
FAMILY = """
import os, signal
child = os.fork()
if child:
    print(os.getpid(), child, flush=True)
signal.pause()
"""
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN)\n" + FAMILY


def family(log: Path, code: str = FAMILY) -> Child:
    return Child("family", [sys.executable, "-c", code], dict(os.environ), log)


def members(log: Path) -> list[int]:
    """The ids that the family has told; waits till they are there."""
    deadline = time.monotonic() + 20
    while not (text := log.read_text()).endswith("\n"):
        assert time.monotonic() < deadline, "the child has not started"
    return [int(word) for word in text.splitlines()[-1].split()]


def lives(pid: int) -> bool:
    """Whether a process works on; one that has ended and waits to be collected does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def is_gone(pid: int) -> bool:
    """Whether it ends; the kernel takes a moment to carry out a kill."""
    deadline = time.monotonic() + 20
    while lives(pid) and time.monotonic() < deadline:
        os.sched_yield()
    return not lives(pid)


def test_stopping_leaves_no_process_of_the_group(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = family(log)
    child.start()
    main, worker = members(log)

    stop([child], grace=20)

    assert is_gone(main)
    assert is_gone(worker)


def test_a_child_that_will_not_stop_is_killed_after_the_grace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = family(log, STUBBORN)
    child.start()
    main, worker = members(log)

    stop([child], grace=0)

    assert is_gone(main)
    assert is_gone(worker)


def test_a_child_that_dies_is_started_again_without_its_orphans(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = family(log)
    child.start()
    main, worker = members(log)
    os.kill(main, signal.SIGKILL)
    os.waitid(os.P_PID, main, os.WEXITED | os.WNOWAIT)
    log.write_text("")

    now = time.monotonic()
    child.revive(now)
    too_early = child.is_running
    child.revive(now + 60)
    new_main, _new_worker = members(log)
    stop([child], grace=20)

    assert not too_early
    assert is_gone(worker)
    assert new_main != main


def test_the_pause_grows_while_a_child_keeps_dying(tmp_path: Path) -> None:
    child = Child("short", [sys.executable, "-c", ""], dict(os.environ), tmp_path / "log")
    pauses = []
    for _time in range(3):
        child.start()
        assert child._process is not None
        child._process.wait()
        pauses.append(child.pause)
        child.revive(time.monotonic())

    assert pauses == [1.0, 2.0, 4.0]


def test_what_a_failing_command_printed_is_not_taken_for_its_answer(
    restore_signals: None,
) -> None:
    command = [sys.executable, "-c", "print('half'); raise SystemExit(1)"]

    assert output_of(command, dict(os.environ), StopFlag()) is None


@pytest.fixture
def restore_signals():
    before = {number: signal.getsignal(number) for number in (2, 15, 1)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
