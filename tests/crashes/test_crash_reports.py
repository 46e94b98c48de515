"""F1: killed while a provider's reports are taken in, they are taken in again and count once."""

import pytest

from tests.crashes.fuse import events, killed
from tests.crashes.scene import Scene

RECEIVED = "tests.standin.provider.StandInProvider.reports"
READ = "urllib3.connection.HTTPConnection.getresponse"
COUNTED = "after UPDATE messaging_batch"

REPORTING = {
    "reports received": [f"after {RECEIVED}"],
    "outcomes written": ["after INSERT INTO messaging_outcome"],
    "before they are counted": ["before UPDATE messaging_batch"],
    "before the commit": [COUNTED, "before COMMIT"],
    "after a batch's commit": [COUNTED, "after COMMIT"],
    "in the second batch": [COUNTED, "after COMMIT", "after INSERT INTO messaging_outcome"],
}


def test_f1_without_a_crash_reports_end_so(scene: Scene) -> None:
    scene.work()
    scene.report()
    scene.assert_reported()


@pytest.mark.parametrize("point", REPORTING.values(), ids=REPORTING.keys())
def test_f1_killed_while_reports_are_taken_in(scene: Scene, point: list[str]) -> None:
    scene.work()
    killed(scene.report, events(*point), [RECEIVED])
    scene.report()
    scene.assert_reported()


def test_f1_reports_that_come_before_our_own_answer_count_once(scene: Scene) -> None:
    scene.plan()
    killed(scene.send, events(f"after {READ}"), [READ])
    scene.report()
    scene.go_on()
    scene.report()
    scene.assert_reported()
