"""A child process that kills itself at a chosen point.

The child is forked, so nothing has to be set up in it. Only there is anything wrapped: every SQL
statement, every commit and some functions tell the fuse that they begin ("before …") and that they
have ended ("after …"), and the fuse burns down along such events.
"""

import functools
import importlib
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Fuse = Callable[[str], None]
Work = Callable[[], object]
_fork = multiprocessing.get_context("fork")


def events(*expected: str) -> Fuse:
    """A fuse that kills at the last of these events: patterns, met one after another."""
    left = list(expected)

    def burn(event: str) -> None:
        if re.match(left[0], event, re.DOTALL):
            left.pop(0)
            if not left:
                _die()

    return burn


def nth(number: int) -> Fuse:
    """A fuse that kills before the n-th statement, counted from 1; commits count as two."""
    burnt = 0

    def burn(event: str) -> None:
        nonlocal burnt
        burnt += _counts(event)
        if burnt == number:
            _die()

    return burn


def _counts(event: str) -> bool:
    return event.startswith("before ") or event == "after COMMIT"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(work: Work, fuse: Fuse, functions: Sequence[str] = ()) -> None:
    """Do the work in a child that the fuse kills; an AssertionError where it lives on.

    Of the functions named (dotted) the fuse hears too.
    """
    assert burnt_down(work, fuse, functions), "the point was not reached"


def burnt_down(work: Work, fuse: Fuse, functions: Sequence[str] = ()) -> bool:
    """As `killed`, but tells whether it was; an AssertionError where the work failed."""
    code = _in_a_child(lambda: _with(fuse, functions, work))
    assert code in (0, -signal.SIGKILL), f"the work failed: exit status {code}"
    return code != 0


def count_statements(work: Work) -> int:
    """How many statements the work takes, as `nth` counts them."""
    counted = _fork.Value("i", 0)

    def burn(event: str) -> None:
        counted.value += _counts(event)

    assert _in_a_child(lambda: _with(burn, (), work)) == 0
    return int(counted.value)


def _in_a_child(work: Work) -> int | None:
    connections.close_all()  # a connection must not be shared with a child
    child = _fork.Process(target=work)
    child.start()
    child.join()
    _wait_for_the_database()
    return child.exitcode


def _wait_for_the_database() -> None:
    """Until PostgreSQL has noticed that the child is gone, and rolled back what it was at."""
    ends = time.monotonic() + 10
    while connection.vendor == "postgresql" and _others():
        assert time.monotonic() < ends, "the child's connection is still there"
        time.sleep(0.005)


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _with(fuse: Fuse, functions: Sequence[str], work: Work) -> None:
    _wrap(BaseDatabaseWrapper, "commit", "COMMIT", fuse)
    for dotted in functions:
        owner, name = _found(dotted)
        _wrap(owner, name, dotted, fuse)
    with connection.execute_wrapper(functools.partial(_statement, fuse)):
        work()


@contextmanager
def _around(event: str, fuse: Fuse) -> Iterator[None]:
    fuse(f"before {event}")
    yield
    fuse(f"after {event}")


def _statement(fuse: Fuse, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
    with _around(str(sql).replace('"', ""), fuse):
        return execute(sql, *rest)


def _found(dotted: str) -> tuple[Any, str]:
    """A function's owner, a module or a class in one, and its name there."""
    owner, _dot, name = dotted.rpartition(".")
    try:
        return importlib.import_module(owner), name
    except ModuleNotFoundError:
        module, _dot, cls = owner.rpartition(".")
        return getattr(importlib.import_module(module), cls), name


def _wrap(owner: Any, name: str, event: str, fuse: Fuse) -> None:
    """Replace a function by one that tells the fuse, wherever it was imported to."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with _around(event, fuse):
            return original(*args, **kwargs)

    for holder in (owner, *list(sys.modules.values())):
        if vars(holder).get(name) is original:
            setattr(holder, name, wrapped)
