"""What django-q2 wakes, and what it is told."""

import logging

import pytest
from django_q.models import Schedule
from django_q.tasks import async_task

from crm.tasks import SCHEDULES, keep_schedules, tidy
from messaging.models import Message
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


def test_schedules_come_from_code_alone_and_carry_no_arguments():
    Schedule.objects.create(name="somebody's own", func="print", args="'x'")
    Schedule.objects.filter(name="plan").update(minutes=17)
    keep_schedules()
    assert set(Schedule.objects.values_list("name", flat=True)) == set(SCHEDULES)
    assert not Schedule.objects.exclude(args=None, kwargs=None)
    assert Schedule.objects.get(name="plan").minutes == 1


def test_every_schedule_can_be_run():
    for schedule in SCHEDULES.values():
        async_task(schedule["func"], sync=True)


def test_what_no_constraint_holds_is_told_once_a_day(caplog):
    message = MessageFactory.create()
    Message.objects.filter(pk=message.pk).update(batch_id=1)
    with caplog.at_level(logging.ERROR):
        tidy()
    assert str(message.pk) in caplog.text
