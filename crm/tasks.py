"""What django-q2 runs: the only callers, beside commands and views, that read the clock."""

from datetime import timedelta

from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from crm.rehearsing import run_rehearsal
from crm.schedules import run_due
from messaging.dispatch import dispatch

# A dispatch task ends well within the cluster's timeout, and the next one goes on.
BUDGET = timedelta(seconds=20)

# Schedules come from code alone and carry no arguments: one bad row would block them all.
SCHEDULES = {"plan": "crm.tasks.plan_due", "dispatch": "crm.tasks.send_due"}


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
    """Queue a rehearsal on the cluster that has time for it."""
    async_task("crm.tasks.rehearse", rehearsal, cluster="plan")


def keep_schedules(**_signal: object) -> None:
    """Make django-q2's schedules what the code says; called after each migration."""
    for name, func in SCHEDULES.items():
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "func": func,
                "schedule_type": Schedule.MINUTES,
                "minutes": 1,
                "cluster": "plan" if name == "plan" else "dangol",
                "repeats": -1,
            },
        )
    Schedule.objects.exclude(name__in=SCHEDULES).delete()
