"""A provider that does what a test tells it, and remembers what it was handed."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from messaging.gateways import Account, Answers, FrozenBatch, Letterhead, Outgoing, Provider
from messaging.gateways.phone.gateway import PhoneProvider
from messaging.models import Channel, State

DELIVERED = Answers(State.DELIVERED)


class WorkerKilled(BaseException):
    """Stands for SIGKILL: nothing in the house may catch it."""


class Scripted(Provider):
    """Answers in turn with `replies` (exceptions are raised), then with DELIVERED.

    `sent` and `asked` are what it was handed: pairs of key and bytes.
    """

    label = "Scripted"
    channels = frozenset(Channel)
    batch_size = 1000
    inspects_templates = False
    charges = False

    def __init__(
        self,
        *replies: Answers | BaseException,
        remembers: timedelta = timedelta(days=1),
        can_ask: bool = False,
    ) -> None:
        self.replies = list(replies)
        self.remembers = remembers
        self.can_ask = can_ask
        self.sent: list[tuple[UUID, bytes]] = []
        self.asked: list[tuple[UUID, bytes]] = []

    def __call__(self, _name: str) -> "Scripted":
        """Stands for `messaging.gateways.connect`."""
        return self

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """As the built-in phone does."""
        return PhoneProvider().compose(messages, head, account)

    def send(self, batch: FrozenBatch) -> Answers:
        """Note it and give the next reply."""
        self.sent.append((batch.key, batch.payload))
        return self._reply()

    def check(self, account: Account) -> None:
        """There is no account that could be wrong."""

    def ask(self, batch: FrozenBatch) -> Answers:
        """Note it and give the next reply."""
        self.asked.append((batch.key, batch.payload))
        return self._reply()

    def _reply(self) -> Answers:
        reply = self.replies.pop(0) if self.replies else DELIVERED
        if isinstance(reply, BaseException):
            raise reply
        return reply
