"""A real group of workers on the test's database, under the demo's supervisor."""

import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

from django.db import connection
from django_q.models import OrmQ
from django_q.tasks import async_task

from config.supervisor import Child
from crm.tending import BEAT

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
# What django-q2 says when a process begins, before its id.
_BEGINS = {"worker": "ready for work at", "monitor": "monitoring at", "pusher": "pushing tasks at"}
_marks = count()


@dataclass
class Workers:
    """The cluster `plan`: its one worker, when idle, is the process that holds the queue's lock."""

    child: Child
    folder: Path

    def pid(self, role: str) -> int:
        """The id of the newest process of this role; 0 while there is none."""
        if role == "main":
            assert self.child._process is not None
            return self.child._process.pid
        if role == "sentinel":
            return _parent(self.pid("worker"))
        found = re.findall(rf"{_BEGINS[role]} (\d+)", self.log)
        return int(found[-1]) if found else 0

    @property
    def log(self) -> str:
        return self.child.log.read_text()

    def wait_until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Whether it holds before our patience ends; what ends meanwhile is started again."""
        deadline = time.monotonic() + patience
        while not (held := holds()) and time.monotonic() < deadline:
            self.child.revive(time.monotonic())
            time.sleep(0.02)
        return held

    def does_a_task(self, patience: float = PATIENCE) -> bool:
        """Queue a task; whether it is done and acknowledged before our patience ends."""
        mark = self.folder / f"mark-{next(_marks)}"
        async_task("os.mkdir", str(mark), cluster="plan")
        return self.wait_until(lambda: mark.exists() and not _is_queued(mark), patience)

    def works_on(self) -> bool:
        """Whether tasks are done again; a frozen group swallows those that it has taken."""
        deadline = time.monotonic() + PATIENCE
        while not (done := self.does_a_task(patience=0.5)) and time.monotonic() < deadline:
            pass
        return done

    def is_replaced(self, role: str, pid: int) -> bool:
        """Whether another process takes this role over."""
        return self.wait_until(lambda: self.pid(role) not in (0, pid))


def workers(folder: Path, *, beat: float, silence: float) -> Workers:
    """A group that is not started yet, with intervals in seconds."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": _database_url(),
        "Q_CLUSTER_NAME": "plan",
        "PYTHONUNBUFFERED": "1",
        "WORKER_BEAT": str(beat),
        "WORKER_SILENCE": str(silence),
    }
    log = folder / "work.log"
    log.touch()
    command = [sys.executable, str(ROOT / "manage.py"), "work"]
    return Workers(Child("work", command, environment, log, pause=0.1), folder)


def queued_beats() -> int:
    """How many beats are queued or in the works."""
    return sum(row.func() == BEAT for row in OrmQ.objects.all())


def _is_queued(mark: Path) -> bool:
    return any(row.args() == (str(mark),) for row in OrmQ.objects.all())


def _parent(pid: int) -> int:
    """The parent's id; 0 where the process is gone."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _database_url() -> str:
    """The test's own database, for another process."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    who = f"{quote(place['USER'])}:{quote(place['PASSWORD'])}@" if place["USER"] else ""
    port = f":{place['PORT']}" if place["PORT"] else ""
    return f"postgres://{who}{place['HOST']}{port}/{place['NAME']}"
