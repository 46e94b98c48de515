"""What a gateway is to the rest of the house: `compose`, `send`, `ask`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from messaging.models import Channel, State


class Outgoing(NamedTuple):
    """One message as it leaves: finished text, finished buttons."""

    id: int
    address: str
    text: str
    buttons: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class FrozenBatch:
    """What goes to the provider: the same bytes under the same key, however often it is tried.

    `count` is how many messages it holds, `frozen_at` when its bytes were fixed.
    """

    id: int
    key: UUID
    payload: bytes
    provider: str
    count: int
    frozen_at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the provider said: the state of all, and of those that differ by message id."""

    state: State
    exceptions: Mapping[int, tuple[State, str]] = field(default_factory=dict)
    reference: str = ""


class GatewayError(Exception):
    """The provider did not take the batch; `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Rejected(GatewayError):
    """Refused for good: trying again would be refused again."""


class Busy(GatewayError):
    """Nothing was taken; it may be tried again after `wait`."""

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.wait = wait


class AnswerLost(GatewayError):
    """Nobody knows whether it was taken."""


class NeverReceived(GatewayError):
    """Asked after the batch, the provider knows nothing of it, nor of its key."""


class Provider(ABC):
    """A provider's protocol for one channel."""

    channel: Channel
    # The largest batch: what one call takes, or what a crash may leave unknown.
    batch_size: int
    # How long a repeated key is recognised; zero: never send again.
    remembers: timedelta
    # Whether the fate of a batch can be asked after.
    can_ask: bool
    # Whether new wording must be inspected before it may be used.
    inspects_templates: bool
    # Whether a message arrives at somebody; false where it only looks so.
    reaches_people: bool = True

    @abstractmethod
    def compose(self, messages: Sequence[Outgoing]) -> bytes:
        """The request's body for these messages; it is stored before anything is sent."""

    @abstractmethod
    def send(self, batch: FrozenBatch) -> Answers:
        """Hand the batch over. Raises Rejected, Busy or AnswerLost."""

    @abstractmethod
    def ask(self, batch: FrozenBatch) -> Answers:
        """Ask what became of a batch whose answer was lost.

        Raises Busy, AnswerLost, or NeverReceived where the provider is certain. It is asked only
        when the lease of whoever sent last has run out: nobody is sending the batch any more.
        """
