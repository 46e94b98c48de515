"""A provider with an account, which can be asked for all that the contract knows."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import TypeVar

import pytest
from django import forms

from messaging.gateways import (
    PROVIDERS,
    Account,
    AccountForm,
    BatchPoller,
    Forged,
    GatewayError,
    Number,
    NumberKeeper,
    PeriodPoller,
    Posted,
    Report,
    Reporter,
    Webhook,
)
from messaging.models import State
from tests.messaging.scripted import Scripted

NAME = "desk"
SECRET = "s3cret-of-the-desk"
KEY_FILE = json.dumps({"private_key": "-----a-very-long-private-key-----", "project": "p"})
GOOD = {"app": "A1", "secret": SECRET, "key_file": KEY_FILE}
TYPED = {"provider": NAME} | {f"account-{name}": value for name, value in GOOD.items()}
D = TypeVar("D", bound="Desk")
FORGED, GARBAGE = b"forged", b"garbage"


class DeskForm(AccountForm):
    """An id, a secret of one line, a secret of many, and where to."""

    secret = frozenset({"secret", "key_file"})

    app = forms.CharField(label="App")
    key_file = forms.CharField(label="Key file", widget=forms.Textarea, required=False)
    host = forms.CharField(label="Host", required=False)


# A field of this name would hide which fields are secret.
DeskForm.base_fields["secret"] = forms.CharField(label="Secret")


class Desk(Scripted, Reporter, NumberKeeper):
    """Its check raises `wrong`; `known` are its numbers, `hangs` keeps a question waiting."""

    label = "The desk"
    account_form = DeskForm

    def __init__(self) -> None:
        super().__init__()
        self.wrong: Exception | None = None
        self.known: list[Number] = []
        self.hangs: Event | None = None
        self.accounts: list[Account] = []

    def check(self, account: Account) -> None:
        """As the test says."""
        self.accounts.append(account)
        if self.hangs:
            self.hangs.wait(5)
        if self.wrong:
            raise self.wrong

    def numbers(self, account: Account) -> Sequence[Number]:
        """As the test says."""
        self.check(account)
        return self.known

    def read_webhook(self, webhook: Webhook, account: Account) -> Sequence[Report]:
        """`{"id": state}` in the body, with the account's secret as the signature."""
        if webhook.body == FORGED or webhook.headers.get("x-signature") != account["secret"]:
            raise Forged
        return list(read(json.loads(webhook.body)))


class PeriodDesk(Desk, PeriodPoller):
    """Tells `news` in any period; raises `down` in the middle."""

    def __init__(self, *news: Report, down: Exception | None = None) -> None:
        super().__init__()
        self.news, self.down = news, down
        self.periods: list[tuple[datetime, datetime]] = []

    def poll(self, account: Account, since: datetime, until: datetime) -> Iterable[Report]:
        """One report after the other."""
        self.accounts.append(dict(account))
        self.periods.append((since, until))
        yield from self.news
        if self.down:
            raise self.down


class BatchDesk(Desk, BatchPoller):
    """Tells `news` of whatever batch; `poisoned` are the references that it stumbles over."""

    def __init__(self, *news: Report, poisoned: Iterable[str] = ()) -> None:
        super().__init__()
        self.news, self.poisoned = news, set(poisoned)
        self.posted: list[Posted] = []

    def poll_batch(self, account: Account, posted: Posted) -> Iterable[Report]:
        """All that it knows."""
        self.posted.append(posted)
        if posted.reference in self.poisoned:
            raise GatewayError("no such batch")
        return self.news


def read(said: dict[str, int]) -> Iterator[Report]:
    """What a webhook's body says."""
    at = datetime.fromisoformat("2026-11-20T02:00:00+00:00")
    for pk, state in said.items():
        yield Report(int(pk), State(state), "", at)


@contextmanager
def open_desk(desk: D, name: str = NAME) -> Iterator[D]:
    """Let it be among the providers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROVIDERS, name, desk)
        yield desk
