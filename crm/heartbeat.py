"""Signs of life of a group of workers, in memory that its processes share.

The memory is made before the group forks, so a sign is this group's own, whoever else serves the
same queue; nothing locks it, so a killed process leaves nothing held. Elsewhere it is only a
page of memory that nobody looks at.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from django_q.brokers.orm import ORM

# When a task last went its whole way or a long one got on, and when the sentinel last looked round.
_signs = memoryview(mmap.mmap(-1, 16)).cast("d")
_WORK, _GUARD = range(2)
# Between the beats of a step that can't tell how far it is, in seconds.
_STEADY = 1.0


def beat(**_signal: object) -> None:
    """Say that the work goes on: tasks that may take long do so at each step."""
    _signs[_WORK] = monotonic()


@contextmanager
def beating() -> Iterator[None]:
    """Beat through a step that can't do so itself; only the cluster's timeout bounds it then."""
    ended = Event()

    def go_on() -> None:
        while not ended.wait(_STEADY):
            beat()

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def begin() -> None:
    """Count the silence from now."""
    _signs[_WORK] = _signs[_GUARD] = monotonic()


def silence() -> float:
    """For how many seconds work or sentinel, whichever has been still for longer, gave no sign."""
    return monotonic() - min(_signs)


class Broker(ORM):  # type: ignore[misc]  # django-q2 has no types
    """The queue in the database, with the sentinel's state told to its group alone.

    django-q2 would write it to the cache, thus the database, twice a second.
    """

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """The sentinel has looked round."""
        _signs[_GUARD] = monotonic()
