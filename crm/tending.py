"""What the main process of a group of workers does for its queue, in a thread beside the watch."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from uuid import uuid4

from django.db import close_old_connections, connections
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.scheduler import scheduler
from django_q.signing import SignedPackage

from crm.tasks import keep_schedules

BEAT = "crm.tasks.beat"
# One may be lost with a killed process; more than a few would pile up in a group that is frozen.
BEATS_QUEUED = 3

logger = logging.getLogger(__name__)


class Tending(Thread):
    """Until `ended` is set, every so many seconds: keeps the schedules, looks at them, and beats.

    Whatever fails, the database above all, is tried again at the next turn.
    """

    def __init__(self, every: float) -> None:
        super().__init__(daemon=True)  # a database that hangs must not hold the end up
        self.every = every
        self.ended = Event()
        self._beats: list[int] = []

    def run(self) -> None:
        """The thread."""
        _try(_forget_lost_beats)
        _try(self._tend)
        while not self.ended.wait(self.every):
            _try(self._tend)
        _try(self._forget_beats)
        connections.close_all()

    def _tend(self) -> None:
        # Here and not in the sentinel: right after the keeping no bad row can block the others.
        keep_schedules()
        scheduler()
        self._beat()

    def _beat(self) -> None:
        queued = OrmQ.objects.filter(pk__in=self._beats)
        self._beats = list(queued.values_list("pk", flat=True))
        if len(self._beats) < BEATS_QUEUED:
            self._beats.append(_queue_beat())

    def _forget_beats(self) -> None:
        OrmQ.objects.filter(pk__in=self._beats).delete()


def _try(step: Callable[[], None]) -> None:
    try:
        close_old_connections()  # one that broke at the last turn would never be found again
        step()
    except Exception:
        logger.exception("the queue can't be tended")


def _queue_beat() -> int:
    """Queue a beat for our own cluster; its row, which `async_task` would not tell."""
    beat = {"id": uuid4().hex, "name": "beat", "func": BEAT, "args": (), "kwargs": {}}
    row: int = get_broker().enqueue(SignedPackage.dumps(beat | {"started": timezone.now()}))
    return row


def _forget_lost_beats() -> None:
    """Delete what a killed group has left; a living one on the same queue just queues others."""
    queued = OrmQ.objects.filter(key=Conf.CLUSTER_NAME)
    OrmQ.objects.filter(pk__in=[row.pk for row in queued if row.func() == BEAT]).delete()
