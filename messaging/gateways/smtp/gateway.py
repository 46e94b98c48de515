"""E-mail over the shop's own mail server.

SMTP has no key that a server would know again, and nothing can be asked after: a letter whose
answer was lost is unknown, and so is every letter of a batch whose worker died.
"""

import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from time import monotonic
from typing import Any

import orjson
from django.utils.crypto import salted_hmac

from messaging.gateways.base import (
    Account,
    Answers,
    Busy,
    FrozenBatch,
    Letterhead,
    Outgoing,
    Provider,
)
from messaging.gateways.compact import compact
from messaging.gateways.http import Patience
from messaging.gateways.smtp import letter as letters
from messaging.gateways.smtp import mime
from messaging.gateways.smtp.account import SmtpForm
from messaging.gateways.smtp.conversation import Lost
from messaging.gateways.smtp.delivery import Delivery, Letter, Result
from messaging.gateways.smtp.opening import expect, opened, say_goodbye
from messaging.models import Channel, Purpose


class Smtp(Provider):
    """Hands a batch's letters to one server, one after another, over one connection.

    A letter is begun only while a whole `silence` is left for its answer. `trust` says whose
    certificates count; by default the system's.
    """

    label = "SMTP"
    channels = frozenset({Channel.EMAIL})
    account_form = SmtpForm
    batch_size = 100
    remembers = timedelta(0)
    can_ask = False
    inspects_templates = False

    def __init__(
        self, *, patience: Patience | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        self._patience = patience or Patience()
        self.hands_over_for = timedelta(seconds=self._patience.whole - self._patience.silence)
        self._given_trust = trust

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """What the letters say; how they look and who sends them is added as they go."""
        return compact(
            {
                "shop": head.shop,
                "country": head.country,
                "advertising": head.purpose == Purpose.ADVERTISING,
                "messages": [
                    (m.id, m.address, m.title, _lines(m.text), _links(m.buttons), m.opt_out)
                    for m in messages
                ],
            }
        )

    def send(self, batch: FrozenBatch) -> Answers:
        """Hand the letters over. Raises Busy where none was taken."""
        result = Result()
        latest = monotonic() + self.hands_over_for.total_seconds()
        finished = _finished(batch, result)
        with opened(batch.account, self._patience, self._trust) as talk:
            sender = batch.account["from_address"]
            delivery = Delivery(talk, sender=sender, latest=latest, result=result)
            if delivery.hand_over(finished):
                say_goodbye(talk)
        return result.answers()

    def check(self, account: Account) -> None:
        """Log in and name the sender, without a letter."""
        with opened(account, self._patience, self._trust) as talk:
            try:
                expect(talk.ask(f"MAIL FROM:<{account['from_address']}>\r\n".encode())[0])
            except Lost as lost:
                raise Busy(lost.code) from lost
            say_goodbye(talk)

    def ask(self, batch: FrozenBatch) -> Answers:
        """Nobody can be asked what became of a letter."""
        raise NotImplementedError

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._given_trust or ssl.create_default_context()


def _lines(text: str) -> str:
    """The text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _links(buttons: Sequence[Any]) -> list[tuple[str, str]]:
    """The buttons that an e-mail can have: those that open a page."""
    return [
        (button["name"], button["url"])
        for button in buttons
        if button.get("url", "").startswith(("https://", "http://"))
    ]


def _finished(batch: FrozenBatch, result: Result) -> Iterator[Letter]:
    """The batch's letters; those that can't go are noted as failed."""
    told = orjson.loads(batch.payload)
    account = batch.account
    sender = account["from_address"]
    head = mime.head(
        name=told["shop"],
        address=sender,
        reply_to=account.get("reply_to", ""),
        at=batch.frozen_at,
    )
    contact = account.get("contact", "")
    style = letters.Style(told["shop"], contact, told["country"])
    mark = f"{_installation()}@{sender.rpartition('@')[2]}"
    for pk, address, title, text, links, opt_out in told["messages"]:
        to = mime.deliverable(address)
        if wrong := _wrong(to, opt_out, contact, advertising=told["advertising"]):
            result.failed[pk] = wrong
            continue
        message = letters.Message(title, text, links, opt_out)
        envelope = mime.Envelope(to, title, f"{pk}.{mark}", opt_out)
        content = mime.letter(head, envelope, style.text(message), style.html(message))
        yield Letter(pk, to, content)


def _wrong(to: str, opt_out: str, contact: str, *, advertising: bool) -> str:
    """Why a letter can't go; empty where it can. Advertising says who sends it, and how to refuse.

    정보통신망법 제50조 4항.
    """
    if not to:
        return "bad-address"
    if not advertising or (opt_out and contact):
        return ""
    return "no-contact" if opt_out else "no-opt-out"


def _installation() -> str:
    """What tells this installation's message ids from another's, the same at each try."""
    return salted_hmac("messaging.gateways.smtp", "message-id").hexdigest()[:12]
