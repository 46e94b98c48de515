"""What became of a test send, for the person who waits for it (A8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.models import OPEN_STATES, Message, State
from messaging.reading import reason_of, state_of
from messaging.reasons import reason_words
from orders.models import Shop

# A worker that is awake sends a test within seconds.
SOON = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class TestProgress:
    """Where a test is. `until` where it waits for the sending hours, `why` where it went wrong."""

    __test__ = False  # no test of ours

    message: Message
    state: State
    until: datetime | None
    stopped: bool
    suspended: bool
    asleep: bool
    why: str

    @property
    def arrived(self) -> bool:
        """Whether it is on the phone."""
        return self.state in (State.SENT, State.DELIVERED)

    @property
    def pending(self) -> bool:
        """Whether it is worth asking again in a moment."""
        waits = self.asleep or self.stopped or self.suspended or self.until
        return self.state in OPEN_STATES and not waits


def find_test(shop: Shop, pk: int) -> Message | None:
    """The shop's test message of that id."""
    tests = Message.objects.for_shop(shop).filter(batch__run__is_test=True)
    found: Message | None = (
        tests.select_related("shop__sending", "batch", "outcome").filter(pk=pk).first()
    )
    return found


def progress(message: Message, now: datetime) -> TestProgress:
    """Where the test is at `now`."""
    state, batch, sending = state_of(message), message.batch, message.shop.sending
    still = state in OPEN_STATES
    later = still and batch.not_before is not None and batch.not_before > now
    return TestProgress(
        message=message,
        state=state,
        until=batch.not_before if later else None,
        stopped=still and sending.stopped_at is not None,
        suspended=still and sending.suspended_at is not None,
        asleep=still and now - batch.planned_at > SOON,
        why="" if still else reason_words(reason_of(message)),
    )
