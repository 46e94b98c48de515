"""A group of workers that looks after itself.

Its main process watches, and asks no database: one that does not answer must not keep it from
watching. A group in which no task goes its way any more is killed whole, the main process
included; whoever supervises starts it again.
"""

import logging
import os
import signal
from types import FrameType
from typing import Any, NoReturn

from django.db import connections
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.signals import post_execute

from crm import heartbeat
from crm.tending import Tending

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# How often the main process looks round, and how long it waits for its thread at the end: seconds.
ROUND, GRACE = 0.5, 5.0

logger = logging.getLogger(__name__)


class StopFlag:
    """Is set by the first signal that asks to stop."""

    def __init__(self) -> None:
        self.is_set = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._set)

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.is_set = True


def work(*, beat_every: float, silence: float) -> None:
    """Run this process's cluster until a signal asks it to stop; then end it in an orderly way.

    It beats every so many seconds. Where the sentinel dies, or the group gives no sign of life
    for `silence` seconds, it does not return: the process group is killed.
    """
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    connections.close_all()  # what is forked must not share one
    heartbeat.begin()
    # The monitor sends it: by then a task has gone its whole way, through every process.
    post_execute.connect(heartbeat.beat)
    cluster = Cluster()
    stopping = StopFlag()  # after the cluster, which takes the signals for itself
    try:
        cluster.start()
    except RuntimeError as error:
        _kill_group(str(error))
    _watch(cluster, stopping, Tending(beat_every), silence)


def _watch(cluster: Any, stopping: StopFlag, tending: Tending, silence: float) -> None:
    """Return when the group has ended because it was asked to."""
    tending.start()
    while cluster.sentinel.is_alive():
        if heartbeat.silence() > silence:
            _kill_group(f"no sign of life for {silence:g} s")
        if stopping.is_set and not tending.ended.is_set():
            tending.ended.set()
            cluster.stop_event.set()
        cluster.sentinel.join(ROUND)
    if not stopping.is_set:
        _kill_group("the sentinel has died")
    tending.join(GRACE)


def _kill_group(reason: str) -> NoReturn:
    logger.critical("%s: the workers of “%s” are killed", reason, Conf.CLUSTER_NAME)
    os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)  # a container's first process survives its own SIGKILL
