"""What django-q2 runs: the only callers, beside commands and views, that read the clock."""

import logging
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from crm.rehearsals.rehearsing import run_rehearsal
from crm.schedules import run_due
from messaging.dispatch import dispatch
from messaging.integrity import find_broken

# A dispatch task ends well within the cluster's timeout, and the next one goes on.
BUDGET = timedelta(seconds=20)

# Schedules come from code alone and carry no arguments: one bad row would block them all.
_EACH_MINUTE = {"schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
_EACH_DAY = {"schedule_type": Schedule.DAILY, "repeats": -1}
SCHEDULES = {
    "plan": {"func": "crm.tasks.plan_due", "cluster": "plan", **_EACH_MINUTE},
    "dispatch": {"func": "crm.tasks.send_due", "cluster": "dangol", **_EACH_MINUTE},
    "tidy": {"func": "crm.tasks.tidy", "cluster": "slow", **_EACH_DAY},
}

logger = logging.getLogger(__name__)


def plan_due() -> None:
    """Plan whatever is due, then see it sent."""
    if any(plan.decisions for plan in run_due(now=timezone.now())):
        send_soon()


def send_due() -> None:
    """Send whatever is due."""
    dispatch(now=timezone.now(), budget=BUDGET)


def send_soon() -> None:
    """Queue a dispatch; inside a transaction it is queued when, and only if, that commits."""
    async_task("crm.tasks.send_due")


def rehearse(rehearsal: int) -> None:
    """Work a merchant's rehearsal out."""
    run_rehearsal(rehearsal)


def rehearse_soon(rehearsal: int) -> None:
    """Queue a rehearsal where it holds nobody's message up."""
    async_task("crm.tasks.rehearse", rehearsal, cluster="slow")


def tidy() -> None:
    """Once a day: forget what has ended, and tell what no constraint could hold."""
    call_command("clearsessions")
    for broken in find_broken():
        logger.error("does not hold: %s", broken)


def keep_schedules(**_signal: object) -> None:
    """Make django-q2's schedules what the code says; called after each migration."""
    for name, defaults in SCHEDULES.items():
        Schedule.objects.update_or_create(name=name, defaults=defaults)
    Schedule.objects.exclude(name__in=SCHEDULES).delete()
