"""F1: killed before any statement of planning and sending, everything ends right.

The suite tries some, spread evenly; with CRASH_EVERYWHERE=true it tries every single one.
"""

import os

from tests.crashes.fuse import burnt_down, count_statements, nth
from tests.crashes.scene import Scene

SAMPLES = 12
EVERYWHERE = os.environ.get("CRASH_EVERYWHERE", "").lower() in ("1", "true")


def test_f1_killed_before_any_statement(scene: Scene) -> None:
    total = count_statements(scene.work)
    step = 1 if EVERYWHERE else total // SAMPLES
    for number in range(1, total + 1, step):
        try:
            reached = survive(Scene.set(scene.standin), number)
            # Answers that come together save a statement or two: not each run reaches the last.
            assert reached or number > 0.9 * total
        except AssertionError as error:
            error.add_note(f"killed before statement {number} of {total}")
            raise


def survive(scene: Scene, number: int) -> bool:
    """Be killed before that statement, go on, and end right; whether it was reached."""
    reached = burnt_down(scene.work, nth(number))
    scene.go_on()
    scene.assert_whole()
    return reached
