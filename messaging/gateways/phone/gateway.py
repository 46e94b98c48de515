"""The built-in provider: every message arrives on a page that looks like a phone.

It reaches nobody, costs nothing and counts as the Kakao channel, so a new shop can try
everything. The page (`messaging.views.phone`) reads the outbox: there is nothing to transmit.
"""

import json
from collections.abc import Sequence
from datetime import timedelta

from messaging.gateways.base import (
    Account,
    Answers,
    FrozenBatch,
    Letterhead,
    Outgoing,
    Provider,
)
from messaging.models import Channel, State


class PhoneProvider(Provider):
    """Delivers at once, and the same batch twice is still once."""

    label = "Built-in phone"
    channels = frozenset(Channel)
    batch_size = 1000
    remembers = timedelta(days=36500)
    can_ask = True
    inspects_templates = False
    reaches_people = False
    charges = False

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """The finished texts as JSON."""
        return json.dumps(
            [{"id": m.id, "to": m.address, "text": m.text} for m in messages], ensure_ascii=False
        ).encode()

    def send(self, batch: FrozenBatch) -> Answers:
        """Everything arrives."""
        return Answers(State.DELIVERED)

    def check(self, account: Account) -> None:
        """There is no account that could be wrong."""

    def ask(self, batch: FrozenBatch) -> Answers:
        """Everything has arrived."""
        return Answers(State.DELIVERED)
