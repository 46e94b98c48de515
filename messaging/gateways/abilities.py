"""What some providers can beside sending: report, be asked, inspect wording, know numbers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from messaging.gateways.base import Account, Button, GatewayError, Rejected, Report
from messaging.models import Inspection


class Forged(Exception):
    """A report that does not come from the provider; it is answered 403."""


class Webhook(NamedTuple):
    """A report as it came over HTTP; header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


class Reporter(ABC):
    """A provider that calls us when it knows more."""

    @abstractmethod
    def read_webhook(self, webhook: Webhook, account: Account) -> Sequence[Report]:
        """What it reports. Raises Forged, or ValueError for what nobody can read."""

    def read_refusals(self, webhook: Webhook, account: Account) -> Sequence[str]:
        """The phone numbers that refused advertising at the shop's 080 number; raises as above."""
        return ()


class PeriodPoller(ABC):
    """A provider that can be asked what became known in a period."""

    @abstractmethod
    def poll(self, account: Account, since: datetime, until: datetime) -> Iterable[Report]:
        """The news of [since, until). Raises GatewayError."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A batch that was handed over: `messages` has the ids by address."""

    key: UUID
    reference: str
    frozen_at: datetime
    messages: Mapping[str, Sequence[int]]


class BatchPoller(ABC):
    """A provider that can be asked about one batch after it was handed over."""

    @abstractmethod
    def poll_batch(self, account: Account, posted: Posted) -> Iterable[Report]:
        """What is known of it by now. Raises GatewayError."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Wording to be inspected: `body` with `#{변수}`, `buttons` as the revision has them.

    `code` is the name we propose for it (at most 20 characters); `link` the pattern that each link
    button without an address of its own opens.
    """

    code: str
    name: str
    body: str
    buttons: Sequence[Button]
    link: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """How an inspection stands: the provider's name for the wording, and its comments."""

    code: str
    state: Inspection
    comments: str = ""


def requested(registered: Inspected, request: Callable[[], Inspected]) -> Inspected:
    """Wording that the provider has registered, once its inspection is asked for by `request`.

    Where that fails it stays registered, under the provider's name for it, and is asked for when it
    is looked up again; a refusal's code stands in its comments. So nothing is registered twice.
    """
    try:
        return request()
    except Rejected as error:
        return replace(registered, comments=error.code)
    except GatewayError:
        return registered


class Inspector(ABC):
    """A provider that inspects wording before it may be used."""

    @abstractmethod
    def submit(self, account: Account, wording: Submission) -> Inspected:
        """Register it and ask for inspection. Raises GatewayError."""

    @abstractmethod
    def look_up(self, account: Account, code: str) -> Inspected:
        """How it stands. Raises GatewayError."""


@dataclass(frozen=True, slots=True)
class Number:
    """A sender number as the provider has it (E.164), and whether text may come from it."""

    number: str
    usable: bool


class NumberKeeper(ABC):
    """A provider that knows which sender numbers are registered."""

    @abstractmethod
    def numbers(self, account: Account) -> Sequence[Number]:
        """The account's sender numbers. Raises GatewayError."""
