"""Pausing, resuming and stopping a run: one time that something produced messages (C6).

Nothing is claimed of a run that is not open, so each takes hold within one batch: what a provider
has been handed goes on to its end.
"""

from datetime import datetime

from django.db import transaction

from messaging.members import leave_out_batch
from messaging.models import Batch, Reason, Run, RunState, State


def pause(run: Run) -> bool:
    """Let an open run's messages wait; whether it was open."""
    return _move(run, RunState.OPEN, RunState.PAUSED)


def resume(run: Run) -> bool:
    """Go on with a paused run; whether it was paused."""
    return _move(run, RunState.PAUSED, RunState.OPEN)


@transaction.atomic
def stop(run: Run, *, now: datetime) -> int:
    """End a run for good; what still waits is left out `stopped`. Returns how many that were.

    What was handed over and not answered is asked after, and never sent again.
    """
    Run.objects.filter(pk=run.pk).update(state=RunState.STOPPED)
    run.state = RunState.STOPPED
    # Batches that a worker is just taking up are waited for: they are sending then, or waiting.
    waiting = list(run.batches.select_for_update().filter(state=State.WAITING).defer("payload"))
    for batch in waiting:
        if batch.points_reserved:  # its provider was busy: what was held for it is given back
            leave_out_batch(batch, Reason.STOPPED, now)
    free = [batch.pk for batch in waiting if not batch.points_reserved]
    Batch.objects.filter(pk__in=free).update(
        state=State.LEFT_OUT, reason=Reason.STOPPED, settled_at=now, payload=None
    )
    return sum(batch.size - batch.left_out for batch in waiting)


def _move(run: Run, before: RunState, after: RunState) -> bool:
    moved = Run.objects.filter(pk=run.pk, state=before).update(state=after)
    run.refresh_from_db(fields=["state"])
    return bool(moved)
