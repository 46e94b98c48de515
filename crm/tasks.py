"""What django-q2 runs: the only callers, beside commands and views, that read the clock."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from crm.alerts import look_and_tell
from crm.heartbeat import beating
from crm.rehearsals.rehearsing import run_rehearsal
from crm.schedules import run_due
from messaging.dispatch import dispatch
from messaging.inspections import look_up_all
from messaging.integrity import find_broken
from messaging.points import close_old
from messaging.polling import poll_due

# How long a dispatch begins new batches: till the next minute's goes on. With the longest call
# (80 s, `messaging.gateways.http`) it ends within the cluster's timeout.
BUDGET = timedelta(seconds=55)
# How long a poll begins new questions.
POLLING = timedelta(seconds=20)
WORKERS: int = settings.Q_CLUSTER["workers"]

# Schedules come from code alone and carry no arguments: one bad row would block them all.
_PLAIN: dict[str, Any] = {
    **dict.fromkeys(("args", "kwargs", "hook", "intended_date_kwarg", "cron", "minutes")),
    "repeats": -1,
}
_EACH_MINUTE = _PLAIN | {"schedule_type": Schedule.MINUTES, "minutes": 1}
_EACH_FIVE_MINUTES = _EACH_MINUTE | {"minutes": 5}
_EACH_DAY = _PLAIN | {"schedule_type": Schedule.DAILY}
SCHEDULES = {
    "plan": _EACH_MINUTE | {"func": "crm.tasks.plan_due", "cluster": "plan"},
    "dispatch": _EACH_MINUTE | {"func": "crm.tasks.send_due", "cluster": "dangol"},
    "dispatch beside": _EACH_MINUTE | {"func": "crm.tasks.send_due", "cluster": "dangol"},
    "poll": _EACH_MINUTE | {"func": "crm.tasks.poll", "cluster": "slow"},
    "watch": _EACH_FIVE_MINUTES | {"func": "crm.tasks.watch", "cluster": "slow"},
    "tidy": _EACH_DAY | {"func": "crm.tasks.tidy", "cluster": "slow"},
}

logger = logging.getLogger(__name__)


def plan_due() -> None:
    """Plan whatever is due, then see it sent."""
    if any(plan.decisions for plan in run_due(now=timezone.now())):
        send_soon(WORKERS)


def send_due() -> None:
    """Send whatever is due."""
    dispatch(now=timezone.now(), budget=BUDGET)


def send_soon(workers: int = 1) -> None:
    """Queue a dispatch for so many workers: two send twice as much as one.

    Inside a transaction it is queued when, and only if, that commits.
    """
    for _ in range(workers):
        async_task("crm.tasks.send_due")


def poll() -> None:
    """Ask providers what became of what they took, where they do not tell by themselves."""
    with beating():
        poll_due(timezone.now(), POLLING)


def watch() -> None:
    """Look how inspections of wording stand, and tell owners what is wrong (F11)."""
    now = timezone.now()
    with beating():
        try:
            look_up_all(now)
        finally:
            look_and_tell(now)


def rehearse(rehearsal: int) -> None:
    """Work a merchant's rehearsal out."""
    run_rehearsal(rehearsal)


def rehearse_soon(rehearsal: int) -> None:
    """Queue a rehearsal where it holds nobody's message up."""
    async_task("crm.tasks.rehearse", rehearsal, cluster="slow")


def tidy() -> None:
    """Once a day: forget what has ended, and tell what no constraint could hold."""
    with beating():  # each question is one query over everything
        call_command("clearsessions")
        close_old(timezone.now())
        for broken in find_broken():
            logger.error("does not hold: %s", broken)


def beat() -> None:
    """Nothing: that it went its way is the sign of life (`crm.working`)."""


def keep_schedules(**_signal: object) -> None:
    """Make django-q2's schedules what the code says, and write only what differs.

    Called after each migration, and by workers each time before they look at the schedules.
    """
    now = timezone.now()
    rows: dict[str, Schedule] = {}
    strangers = []
    for row in Schedule.objects.order_by("pk"):
        if row.name not in SCHEDULES or rows.setdefault(row.name, row) is not row:
            strangers.append(row.pk)
    if strangers:
        Schedule.objects.filter(pk__in=strangers).delete()
    for name in SCHEDULES:
        _keep(rows.get(name) or Schedule(name=name), now)


def _keep(row: Schedule, now: datetime) -> None:
    """Mend what differs in this one schedule, a next time too that is further than it can be."""
    wanted = SCHEDULES[row.name]
    changes = {field: wanted[field] for field in wanted if getattr(row, field) != wanted[field]}
    for field, value in changes.items():
        setattr(row, field, value)
    if row.next_run is None or row.next_run > row.calculate_next_run(now):
        row.next_run = changes["next_run"] = now
    if row.pk is None:
        row.save()
    elif changes:
        Schedule.objects.filter(pk=row.pk).update(**changes)
