"""What the workers would do, done at once: queued tasks, and what is due."""

from datetime import datetime

from django.utils.module_loading import import_string
from django_q.models import OrmQ

from crm.schedules import run_due
from crm.ticks import ten_minutes_from
from messaging.dispatch import dispatch
from orders.models import Shop


def work_the_queue() -> list[str]:
    """Run what is queued, oldest first; returns the functions' names."""
    done: list[str] = []
    for queued in OrmQ.objects.order_by("pk"):
        task = queued.task
        queued.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])
        done.append(task["func"])
    return done


def run_the_jobs(shop: Shop, now: datetime) -> None:
    """Plan and send what is due at the first full ten minutes from `now` on."""
    at = ten_minutes_from(now)
    run_due(now=at, shop=shop)
    dispatch(now=at, shop=shop)
