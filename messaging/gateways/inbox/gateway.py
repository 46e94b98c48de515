"""The inbox: nothing is transmitted, the shop's site reads it through the API."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from django.utils.translation import gettext_lazy as _

from messaging.gateways.base import Account, Answers, FrozenBatch, Letterhead, Outgoing, Provider
from messaging.models import Channel, State


class Inbox(Provider):
    """Delivers at once, and the same batch twice is still once: the outbox is the box."""

    # A text in the reader's language, which Django's types tell from a string.
    label = cast(str, _("Inbox on your site"))
    channels = frozenset({Channel.INBOX})
    batch_size = 1000
    remembers = timedelta(days=36500)
    can_ask = True
    inspects_templates = False

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """Whose messages are in the box from now on."""
        return json.dumps([m.id for m in messages]).encode()

    def send(self, batch: FrozenBatch) -> Answers:
        """Everything is there."""
        return Answers(State.DELIVERED)

    def ask(self, batch: FrozenBatch) -> Answers:
        """Everything is there."""
        return Answers(State.DELIVERED)

    def check(self, account: Account) -> None:
        """There is no account that could be wrong."""
