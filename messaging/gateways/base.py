"""What a gateway is to the rest of the house: `compose`, `send`, `ask`.

A `Provider` is a protocol and knows no account: whose account a call is for comes with the call.
One object serves all shops and may be used by many threads at once. What some providers can
beside is in `messaging.gateways.abilities`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, NamedTuple
from uuid import UUID

from django import forms

from messaging.models import Channel, Purpose, Service, State

# The values of a provider's account form, decrypted: keys, secrets, sender names.
Account = Mapping[str, str]
Button = Mapping[str, str]


class Outgoing(NamedTuple):
    """One message as it leaves: everything finished.

    `address` is what the channel sends to: a phone number (E.164), an e-mail address, an app's
    token, a member id. `title` is the subject of an LMS or e-mail and the title of a push. `link`
    is what a tap on the whole message opens. `opt_out` is the address that refuses further
    advertising (only in advertising e-mail). `fallback` is the text to send where an Alimtalk can't
    be delivered, empty where there is none. `variables` are the values that `text` was filled in
    with, by bare name (`이름`), for providers that fill the approved wording in themselves.
    """

    id: int
    address: str
    text: str
    buttons: Sequence[Button]
    title: str = ""
    link: str = ""
    opt_out: str = ""
    fallback: str = ""
    variables: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all messages of a batch have in common.

    `template_code` is the provider's name of the approved wording; `sender` the registered number
    that text comes from; `shop` the shop's name, `country` the code of where it trades.
    """

    key: UUID
    channel: Channel
    service: Service
    purpose: Purpose
    shop: str
    template_code: str = ""
    sender: str = ""
    # The unsubscribing number that an advertising text must end with.
    opt_out_number: str = ""
    country: str = ""


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
    account: Account = field(default_factory=dict, repr=False)
    # Whether points are held for it.
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What the provider said: the state of all, and of those that differ by message id.

    `again` are those it did not take and may be handed over once more, after `wait` (a batch that
    goes message by message may end half-way). `dead` are those whose address exists no more.
    """

    state: State
    exceptions: Mapping[int, tuple[State, str]] = field(default_factory=dict)
    reference: str = ""
    again: frozenset[int] = frozenset()
    wait: timedelta | None = None
    dead: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Report:
    """A provider's later word on one message: `code` says why it failed, `at` when it was known.

    `fell_back`: it was delivered by its fallback (text in place of an Alimtalk). `key` is the key
    of the batch that it was sent with, empty where the provider does not give it back.
    """

    message: int
    state: State
    code: str
    at: datetime
    fell_back: bool = False
    key: str = ""


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


class AccountRefused(Busy):
    """The account itself was refused: its key is wrong, revoked or out of money.

    Nothing was taken, and nothing will be until somebody mends it: the gateway rests at once.
    """


class AnswerLost(GatewayError):
    """Nobody knows whether it was taken."""


class NotYetKnown(AnswerLost):
    """The same, and the provider is not to blame: it answered, and can't tell yet."""


class NeverReceived(GatewayError):
    """Asked after the batch, the provider knows nothing of it, nor of its key."""


class AccountForm(forms.Form):
    """What a provider asks for; the console shows it on the shop's gateway page.

    Each package has its own; `secret` fields are never shown again.
    """

    secret: ClassVar[frozenset[str]] = frozenset()
    # What one channel needs and another does not.
    needed_for: ClassVar[Mapping[Channel, frozenset[str]]] = {}


class Provider(ABC):
    """A provider's protocol."""

    # Its name as a merchant knows it.
    label: ClassVar[str]
    channels: frozenset[Channel]
    account_form: ClassVar[type[AccountForm]] = AccountForm
    # The largest batch: what one call takes, or what a crash may leave unknown.
    batch_size: int
    # How long a repeated key is recognised; zero: never send again.
    remembers: timedelta
    # For how long a call goes on beginning messages, where it hands them over one by one.
    hands_over_for: timedelta = timedelta(0)
    # Whether the fate of a batch can be asked after.
    can_ask: bool
    # Whether new wording must be inspected before it may be used: then it is an `Inspector`.
    inspects_templates: bool
    # Whether a message arrives at somebody; false where it only looks so.
    reaches_people: bool = True
    # Whether its messages cost points (F5).
    charges: bool = True
    # Whether it fills in the approved wording itself, from the variables' values.
    fills_in: bool = False
    # Whether an Alimtalk may fall back to text within the same request.
    falls_back: bool = False
    # Its words for a message to somebody who has refused advertising text at the 080 number (F3).
    refusals: frozenset[str] = frozenset()

    @abstractmethod
    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """The request's body for these messages; it is stored before anything is sent.

        Holds no secret of the account.
        """

    @abstractmethod
    def send(self, batch: FrozenBatch) -> Answers:
        """Hand the batch over. Raises Rejected, Busy or AnswerLost."""

    @abstractmethod
    def ask(self, batch: FrozenBatch) -> Answers:
        """Ask what became of a batch whose answer was lost.

        Raises Busy, AnswerLost, or NeverReceived where the provider is certain. It is asked only
        when the lease of whoever sent last has run out: nobody is sending the batch any more.
        """

    @abstractmethod
    def check(self, account: Account) -> None:
        """Prove that the account works, sending nothing to anybody. Raises GatewayError."""
