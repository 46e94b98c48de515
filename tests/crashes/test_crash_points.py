"""F1: killed at each named point of plan, claim, freeze, post and settle, everything ends right."""

from datetime import timedelta

import pytest

from messaging.models import State
from tests.crashes.fuse import events, killed
from tests.crashes.scene import Scene
from tests.crm.street import messages

SEND = "tests.standin.provider.StandInProvider.send"
COMPOSE = "tests.standin.provider.StandInProvider.compose"
READ = "urllib3.connection.HTTPConnection.getresponse"
SETTLE = "messaging.settling.settle"
FUNCTIONS = (SEND, COMPOSE, READ, SETTLE)

NOTICES = "after INSERT INTO crm_couponnotice"
NOTED = "after UPDATE crm_due SET .*seen_through"
BATCH = "UPDATE messaging_batch SET"
FROZEN = f"after {BATCH} .*frozen_at"
ENDED = f"after {BATCH} .*provider_ref"

# Events that happen one after another; at the last the process is killed.
PLAN = {
    "the job's lease taken": ["after UPDATE crm_due SET leased_until"],
    "candidates staged": ["after INSERT INTO crm_candidate"],
    "decisions staged": ["after INSERT INTO crm_decided_bundle"],
    "run begun": ["after INSERT INTO messaging_run"],
    "batches written": ["after INSERT INTO messaging_batch"],
    "messages written": ["after INSERT INTO messaging_message"],
    "past reasons kept": ["after INSERT INTO messaging_pastreason"],
    "left-out messages moved": ["after UPDATE messaging_message"],
    "notices written": [NOTICES],
    "before a chunk's commit": [NOTICES, "before COMMIT"],
    "after a chunk's commit": [NOTICES, "after COMMIT"],
    "in the second chunk": [NOTICES, "after COMMIT", "after INSERT INTO messaging_message"],
    "before the tick is noted": ["before UPDATE crm_due SET .*seen_through"],
    "before the tick's note is committed": [NOTED, "before COMMIT"],
    "after the tick is noted": [NOTED, "after COMMIT"],
}
SENDING = {
    "claimed": ["after SELECT .*messaging_batch"],
    "left out at the last moment": ["after INSERT INTO messaging_outcome"],
    "before they are counted": ["after INSERT INTO messaging_outcome", f"before {BATCH}"],
    "before the payload is composed": [f"before {COMPOSE}"],
    "before the payload is stored": [f"before {BATCH} .*frozen_at"],
    "before the freeze's commit": [FROZEN, "before COMMIT"],
    "after the freeze's commit": [FROZEN, "after COMMIT"],
    "before sending": [f"before {SEND}"],
    "sent, and no answer yet": [f"before {READ}"],
    "taken, and the answer not read": [f"after {READ}"],
    "answer read": [f"after {SEND}"],
    "before settling": [f"before {SETTLE}"],
    "exceptions written": [f"before {SETTLE}", "after INSERT INTO messaging_outcome"],
    "before the batch ends": [
        f"before {SETTLE}",
        "after INSERT INTO messaging_outcome",
        f"before {BATCH} .*provider_ref",
    ],
    "batch ended": [ENDED],
    "before the settling's commit": [ENDED, "before COMMIT"],
    "after the settling's commit": [ENDED, "after COMMIT"],
    "before settling the second batch": [f"after {SETTLE}", f"before {SETTLE}"],
}


def test_f1_without_a_crash_everything_ends_so(scene: Scene) -> None:
    scene.work()
    scene.assert_whole()


@pytest.mark.parametrize("point", PLAN.values(), ids=PLAN.keys())
def test_f1_killed_while_planning(scene: Scene, point: list[str]) -> None:
    killed(scene.plan, events(*point), FUNCTIONS)
    scene.go_on()
    scene.assert_whole()


@pytest.mark.parametrize("point", SENDING.values(), ids=SENDING.keys())
def test_f1_killed_while_sending(scene: Scene, point: list[str]) -> None:
    scene.plan()
    killed(scene.send, events(*point), FUNCTIONS)
    scene.go_on()
    scene.assert_whole()


@pytest.mark.parametrize("point", [[f"before {SEND}"], [f"after {READ}"]], ids=["before", "after"])
def test_f1_killed_at_a_provider_that_remembers_no_key(scene: Scene, point: list[str]) -> None:
    """What was in flight is unknown, whether it was taken or not, and is not sent again."""
    scene.remembers = timedelta(0)
    scene.plan()
    killed(scene.send, events(*point), FUNCTIONS)
    scene.go_on()
    scene.assert_sound()
    assert set(scene.taken().values()) <= {1}
    unknown = [m for m in messages(scene.shop) if m.state == State.UNKNOWN]
    assert unknown
    known = {m.pk for m in messages(scene.shop) if m.state in (State.SENT, State.FAILED)}
    assert known <= scene.taken().keys() <= known | {m.pk for m in unknown}
