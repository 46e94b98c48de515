"""Sending what is due: claim, freeze, hand over, settle.

One thread talks to the database; sixteen talk to providers and answer with plain values. A batch
is held by moving its turn (its lease) in the claiming transaction, so two workers never hold the
same one, and a killed worker's batch comes back when the lease has passed (F1).
"""

import logging
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Q, Value, When

from messaging import gateways
from messaging.accounts import refused_if_unreadable
from messaging.breaker import heard, jitter
from messaging.claiming import claim
from messaging.errands import Errand, Round, Said
from messaging.freezing import LEASE, freeze, frozen, opening_of, provider_of
from messaging.garbage import lasting
from messaging.gateways import (
    AccountRefused,
    AnswerLost,
    Answers,
    Busy,
    Connect,
    FrozenBatch,
    NeverReceived,
    NotYetKnown,
    Rejected,
)
from messaging.members import leave_out_batch
from messaging.models import Batch, Reason, RunState, State
from messaging.settling import fail, leave_behind, put_back, send_anew, settle
from orders.models import Shop

THREADS = 16
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
SET_ASIDE = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=1)

logger = logging.getLogger(__name__)


def dispatch(
    *,
    now: datetime,
    shop: Shop | None = None,
    connect: Connect = gateways.connect,
    budget: timedelta | None = None,
) -> Counter[State]:
    """Send everything due at `now`, of one shop or all; counts messages by what became of them.

    `budget` bounds for how long, in real time, new batches are begun.
    """
    this = Round(now, shop, connect, budget=budget)
    with lasting(), ThreadPoolExecutor(THREADS) as pool:
        while True:
            while len(this.flying) < THREADS:
                errand = _next_errand(this)
                if errand is None:
                    break
                this.flying[pool.submit(_hand_over, errand, connect)] = errand
            if not this.flying:
                return this.counts
            done, _ = wait(this.flying, return_when=FIRST_COMPLETED)
            for future in done:
                _write_down(this, this.flying.pop(future), future.result())


def _next_errand(this: Round) -> Errand | None:
    """Claim due batches until one is to be sent; None when nothing is due, or the round over."""
    while not this.is_over:
        batch: Batch | None = None
        turn: datetime | None = None
        try:
            with transaction.atomic():
                flying = Counter(errand.gateway for errand in this.flying.values())
                batch = claim(now=this.now, shop=this.shop, beside=this.stumbled, flying=flying)
                if batch is None:
                    return None
                left_out, turn = batch.left_out, batch.turn
                errand = _take_up(this, batch)
                gone = batch.size if batch.state == State.LEFT_OUT else batch.left_out
        except (OperationalError, InterfaceError):
            # Not the batch's fault. What is under way can perhaps still be written down.
            if not this.flying:
                raise
            logger.exception("the database can't be asked for more batches")
            return None
        except AccountRefused as refused:
            assert batch and batch.gateway_id  # noqa: S101 - its account was to be used
            heard(batch.gateway_id, refused, ailing=True, now=this.moment)
            continue
        except Exception:
            if batch is None:
                raise
            _set_aside(this, batch, turn)
            continue
        this.counts += Counter({State.LEFT_OUT: gone - left_out})
        if errand:
            return errand
    return None


def _set_aside(this: Round, batch: Batch, turn: datetime | None) -> None:
    """Let a batch that our own code can't take up wait behind all others.

    Its turn is what it was, unless another worker has taken it up since.
    """
    logger.exception("batch %s can't be taken up", batch.pk)
    this.stumbled.append(batch.pk)
    later = this.now + SET_ASIDE
    # A fresh batch is asked for `not_before`, any other for its turn.
    fresh = Q(state=State.WAITING)
    Batch.objects.filter(pk=batch.pk, turn=turn).update(
        turn=later, not_before=Case(When(fresh, then=Value(later)), default=F("not_before"))
    )


def _take_up(this: Round, batch: Batch) -> Errand | None:
    """Decide what is to be done with a claimed batch."""
    if batch.state == State.WAITING and batch.run.state == RunState.STOPPED:
        leave_out_batch(batch, Reason.STOPPED, this.now)
        return None
    if batch.payload is None:
        fresh = freeze(batch, now=this.now, moment=this.moment, connect=this.connect)
        return _errand(batch, fresh) if fresh else None
    if batch.state == State.WAITING:  # the provider was busy: nothing has been taken yet
        return _again(this, batch) if _open(this, batch) else None
    return _recover(this, batch)


def _open(this: Round, batch: Batch) -> bool:
    """Whether the shop sends now; if not, the batch waits until it does."""
    moment = this.moment
    opening = opening_of(batch, moment, provider_of(batch, this.connect))
    if opening > moment:
        batch.turn = batch.not_before = opening
        batch.save(update_fields=["turn", "not_before"])
    return opening <= moment


def _is_closed(this: Round, batch: Batch) -> bool:
    moment = this.moment
    return opening_of(batch, moment, provider_of(batch, this.connect)) > moment


def _again(this: Round, batch: Batch, *, in_doubt: bool = False, ask: bool = False) -> Errand:
    """The same bytes under the same key, under a new lease."""
    batch.state, batch.turn = State.SENDING, this.moment + LEASE
    batch.attempt += 1
    batch.save(update_fields=["state", "turn", "attempt"])
    return _errand(batch, frozen(batch), in_doubt=in_doubt, ask=ask)


def _errand(
    batch: Batch, held: FrozenBatch, *, in_doubt: bool = False, ask: bool = False
) -> Errand:
    assert batch.gateway_id and batch.gateway  # noqa: S101 - an open batch has one
    ailing = batch.gateway.failures > 0
    since = batch.tried_since
    return Errand(held, batch.gateway_id, batch.attempt, in_doubt, ask, ailing, since)


def _recover(this: Round, batch: Batch) -> Errand | None:
    """A batch whose answer was lost: never sent again blindly, never dropped (F1)."""
    held = frozen(batch)
    provider = this.connect(held.provider)
    assert batch.frozen_at  # noqa: S101 - a frozen batch has it
    known = this.moment + LEASE < batch.frozen_at + provider.remembers
    may_send = known and batch.attempt < MAX_ATTEMPTS and batch.run.state == RunState.OPEN
    # Perhaps nobody has seen it yet: it waits for the opening like any other (F4), unless asking,
    # which disturbs nobody, can tell.
    if may_send and not (provider.can_ask and _is_closed(this, batch)):
        return _again(this, batch, in_doubt=True) if _open(this, batch) else None
    if provider.can_ask and batch.attempt < 2 * MAX_ATTEMPTS:
        return _again(this, batch, in_doubt=True, ask=True)
    this.counts += settle(held, Answers(State.UNKNOWN), this.now)
    batch.refresh_from_db()
    return None


def _hand_over(errand: Errand, connect: Connect) -> Said:
    """Talk to the provider; runs in a thread and touches no database.

    A worker that has been held up for long begins nothing: its lease may end in mid-call.
    """
    if errand.is_late:
        return NotYetKnown("held-up")
    try:
        provider = connect(errand.batch.provider)
        with refused_if_unreadable():
            return provider.ask(errand.batch) if errand.ask else provider.send(errand.batch)
    except (Rejected, Busy, AnswerLost, NeverReceived) as error:
        return error
    except Exception:
        logger.exception("%s stumbled over batch %s", errand.batch.provider, errand.batch.id)
        return AnswerLost("error")


def _write_down(this: Round, errand: Errand, said: Said) -> None:
    """Keep an answer; one that can't be kept must not take the others' answers with it.

    It is all that some providers ever say, so what passes (a deadlock) is tried once more.
    """
    try:
        try:
            _settle(this, errand, said)
        except OperationalError:
            _settle(this, errand, said)
    except Exception:
        # As if it had been lost: the batch stays frozen, and comes back with its lease.
        logger.exception("the answer about batch %s can't be written down", errand.batch.id)


def _settle(this: Round, errand: Errand, said: Said) -> None:
    rests_until = heard(errand.gateway, said, ailing=errand.ailing, now=this.moment)
    if isinstance(said, Answers):
        this.counts += settle(errand.batch, said, this.now, moment=this.moment)
    elif isinstance(said, NeverReceived):
        send_anew(errand.batch, attempt=errand.attempt, now=this.now)
    elif isinstance(said, Rejected) and not errand.in_doubt:
        this.counts += fail(errand.batch, said.code, this.now)
    elif isinstance(said, Busy):
        _pause(this, errand, said, rests_until)
    # AnswerLost: nothing to write. The batch stays frozen, and comes back with its lease. So it is
    # with a refusal in doubt: the batch may have been taken before there was a reason to refuse it.


def _pause(this: Round, errand: Errand, busy: Busy, rests_until: datetime) -> None:
    """Wait as long as the provider asked, and longer each time (F6); for a day at most."""
    tried_for = this.now - (errand.since or this.now)
    if tried_for >= GIVES_UP_AFTER and not errand.in_doubt:
        _give_up(this, errand, busy)
        return
    pause = min(FIRST_PAUSE * 2 ** min(errand.attempt - 1, 10), LONGEST_PAUSE)
    pause = jitter(pause, f"{errand.batch.id}:{errand.attempt}")
    until = max(this.moment + max(pause, busy.wait or pause), rests_until)
    put_back(errand.batch, attempt=errand.attempt, until=until, in_doubt=errand.in_doubt)


def _give_up(this: Round, errand: Errand, busy: Busy) -> None:
    """End a batch that was tried for a day. An account can be mended: then it is decided again."""
    if isinstance(busy, AccountRefused):
        gone = leave_behind(
            errand.batch, attempt=errand.attempt, reason=Reason.NO_GATEWAY, now=this.now
        )
        this.counts += Counter({State.LEFT_OUT: gone})
    else:
        this.counts += fail(errand.batch, busy.code, this.now)
