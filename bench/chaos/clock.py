"""A clock that runs fast, so that a minute of chaos sees leases and pauses run out many times.

All processes share it: it began when the chaos did, and goes SPEED times as fast. What is measured
in real seconds (a provider's call, a task's budget) is made as much shorter by `apps.py`, so
everything keeps its proportion.
"""

import os
import time
from datetime import UTC, datetime
from unittest import mock

from django.utils import timezone

SPEED = 10
VARIABLE = "CHAOS_BEGAN"


def fast(began: float) -> datetime:
    """The time of a clock that was right at `began` (seconds since 1970)."""
    return datetime.fromtimestamp(began + (time.time() - began) * SPEED, UTC)


def right_at(shown: datetime, at: float) -> float:
    """When the fast clock is right that shows `shown` at the moment `at` (seconds since 1970)."""
    return (SPEED * at - shown.timestamp()) / (SPEED - 1)


def is_fast() -> bool:
    """Whether the clock of this process runs fast."""
    return VARIABLE in os.environ


def hasten() -> None:
    """Let Django's clock run fast, from what the environment says on."""
    began = float(os.environ[VARIABLE])
    mock.patch.object(timezone, "now", lambda: fast(began)).start()
