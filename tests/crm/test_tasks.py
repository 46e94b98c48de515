"""What django-q2 wakes, and what it is told."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q import scheduler as django_q_scheduler
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from crm.models import Kind, OwnerAlert
from crm.tasks import SCHEDULES, WORKERS, keep_schedules, plan_due, tidy, watch
from messaging.gateways import PROVIDERS
from messaging.inspections import submit
from messaging.models import Gateway, Inspection, Message
from tests.crm.street import add_coupon, add_customer, give, open_shop
from tests.factories import GatewayFactory, MessageFactory, TemplateRevisionFactory
from tests.messaging.inspecting import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(monkeypatch):
    """What a worker does to see what is scheduled, on the connection of the test's transaction."""
    monkeypatch.setattr(django_q_scheduler, "close_old_django_connections", lambda: None)
    return django_q_scheduler.scheduler


def test_schedules_come_from_code_alone_and_carry_no_arguments():
    Schedule.objects.create(name="somebody's own", func="print", args="'x'")
    Schedule.objects.filter(name="plan").update(minutes=17)
    keep_schedules()
    assert set(Schedule.objects.values_list("name", flat=True)) == set(SCHEDULES)
    assert not Schedule.objects.exclude(args=None, kwargs=None)
    assert Schedule.objects.get(name="plan").minutes == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"args": "1, oops"},
        {"schedule_type": Schedule.CRON, "cron": "every now and then"},
        {"kwargs": "{'q_options': 7}"},
    ],
    ids=["arguments", "cron", "options"],
)
@pytest.mark.parametrize("name", ["somebody's own", "plan"])
def test_a_bad_schedule_blocks_the_others_until_it_is_gone(bad, name, look, caplog):
    Schedule.objects.filter(name=name).delete()
    early = timezone.now() - timedelta(days=1)
    row = {"name": name, "func": "nobody.knows", "cluster": "dangol", "next_run": early} | bad
    Schedule.objects.bulk_create([Schedule(**row)])  # saving would look at the cron
    Schedule.objects.filter(func="crm.tasks.send_due").update(next_run=early + timedelta(hours=1))
    look()
    assert (queued(), "Could not create task" in caplog.text) == ([], True)
    keep_schedules()
    look()
    assert "crm.tasks.send_due" in queued()


def queued() -> list[str]:
    return [row.func() for row in OrmQ.objects.order_by("pk")]


def test_a_function_that_nobody_knows_is_never_queued(look):
    Schedule.objects.create(name="x", func="nobody.knows", cluster="dangol")
    keep_schedules()
    look()
    assert "nobody.knows" not in queued()


@pytest.mark.parametrize("never", [None, timezone.now() + timedelta(days=3)])
def test_a_schedule_that_was_put_off_runs_at_once(never, look):
    Schedule.objects.filter(func="crm.tasks.send_due").update(next_run=never)
    keep_schedules()
    look()
    assert "crm.tasks.send_due" in queued()


def test_a_schedule_that_is_there_twice_runs_once():
    Schedule.objects.create(name="dispatch", **SCHEDULES["dispatch"])
    keep_schedules()
    assert Schedule.objects.filter(name="dispatch").count() == 1


def test_schedules_that_are_as_they_should_be_are_not_written(look, django_assert_num_queries):
    keep_schedules()
    look()
    with django_assert_num_queries(1):
        keep_schedules()


def test_every_schedule_can_be_run():
    for schedule in SCHEDULES.values():
        async_task(schedule["func"], sync=True)


def test_what_no_constraint_holds_is_told_once_a_day(caplog):
    message = MessageFactory.create()
    Message.objects.filter(pk=message.pk).update(batch_id=1)
    with caplog.at_level(logging.ERROR):
        tidy()
    assert str(message.pk) in caplog.text


def test_what_was_planned_is_sent_by_every_worker():
    shop = open_shop(Kind.ISSUED, since=timezone.now() - timedelta(minutes=10))
    give(add_customer(shop), add_coupon(shop))
    plan_due()
    assert queued() == ["crm.tasks.send_due"] * WORKERS


@pytest.fixture
def office(monkeypatch):
    office = Office()
    monkeypatch.setitem(PROVIDERS, "office", office)
    return office


def submitted_wording():
    """Wording that the office was handed a day ago, in a shop of its own."""
    gateway = GatewayFactory.create(provider="office")
    revision = TemplateRevisionFactory.create(template__shop=gateway.shop)
    submit(revision=revision, now=timezone.now() - timedelta(days=1))
    return revision


def inspection(revision):
    revision.refresh_from_db()
    return revision.inspection


def test_wording_that_is_inspected_is_looked_up_by_itself(office):
    revision = submitted_wording()
    office.says = Inspection.APPROVED
    watch()
    assert inspection(revision) == Inspection.APPROVED


def test_an_account_that_cannot_be_read_holds_up_no_other_shops_inspection(office, settings):
    stuck, other = submitted_wording(), submitted_wording()
    keys = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = ["x" * 43 + "="]
    stuck.template.shop.gateways.update(account={})
    settings.ENCRYPTION_KEYS = keys
    office.says = Inspection.APPROVED
    watch()
    assert inspection(stuck) == Inspection.REQUESTED
    assert inspection(other) == Inspection.APPROVED


def test_an_answer_about_wording_that_nobody_can_read_stops_no_alert(office):
    office.says = Inspection.REQUESTED
    revision = submitted_wording()
    office.says = ValueError("not a GatewayError")
    Gateway.objects.update(check_error="401")
    watch()
    assert OwnerAlert.objects.filter(shop=revision.template.shop).exists()
