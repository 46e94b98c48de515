"""C6: staff pause, resume and stop runs, and it is logged."""

import pytest
import time_machine
from django.urls import reverse

from messaging.models import Batch, Reason, RunState, State
from orders.models import AuditEvent
from tests import factories as make
from tests.crm.street import NOW, messages, shop_with_messages

pytestmark = pytest.mark.django_db
RUNS = reverse("admin:messaging_run_changelist")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff(client):
    client.user = make.UserFactory(is_staff=True)
    client.force_login(client.user)
    return client


def act(client, action, *runs):
    """Choose these runs and an action of the list; the page that answers, as text."""
    chosen = {"action": action, "_selected_action": [run.pk for run in runs]}
    return client.post(RUNS, chosen, follow=True).content.decode()


def events():
    return list(AuditEvent.objects.order_by("pk"))


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("pause", RunState.OPEN, RunState.PAUSED),
        ("resume", RunState.PAUSED, RunState.OPEN),
        ("stop", RunState.OPEN, RunState.STOPPED),
        ("stop", RunState.PAUSED, RunState.STOPPED),
    ],
)
def test_c6_staff_steer_a_run_and_it_is_logged(staff, action, before, after):
    run = make.RunFactory(state=before)
    act(staff, action, run)
    run.refresh_from_db()
    assert run.state == after
    (event,) = events()
    assert (event.shop, event.user, event.at) == (run.shop, staff.user, NOW)
    assert (event.action, event.about, event.reason) == (f"{action}_run", f"run:{run.pk}", "staff")


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("pause", RunState.PAUSED),
        ("pause", RunState.STOPPED),
        ("resume", RunState.OPEN),
        ("resume", RunState.STOPPED),
        ("stop", RunState.STOPPED),
    ],
)
def test_c6_what_changes_nothing_is_not_logged(staff, action, state):
    run = make.RunFactory(state=state)
    act(staff, action, run)
    run.refresh_from_db()
    assert (run.state, events()) == (state, [])


def test_c6_what_waits_in_a_run_that_staff_stop_is_left_out(staff):
    shop = shop_with_messages(2)
    act(staff, "stop", Batch.objects.get(shop=shop).run)
    ends = {(message.state, message.reason) for message in messages(shop)}
    assert ends == {(State.LEFT_OUT, Reason.STOPPED)}
    assert Batch.objects.get(shop=shop).settled_at == NOW


def test_c6_only_the_chosen_runs_are_steered_and_staff_are_told_how_many(staff):
    paused, other = make.RunFactory(), make.RunFactory()
    answer = act(staff, "pause", paused, make.RunFactory(state=RunState.STOPPED))
    other.refresh_from_db()
    assert other.state == RunState.OPEN
    assert "발송 회차 1개를 잠시 멈췄어요." in answer


def test_c6_who_is_no_staff_steers_no_run(client):
    run = make.RunFactory()
    client.force_login(make.MembershipFactory(shop=run.shop).user)
    act(client, "stop", run)
    run.refresh_from_db()
    assert (run.state, events()) == (RunState.OPEN, [])
