"""The providers that Dangol can send through, by the name a gateway row carries."""

from collections.abc import Callable

from messaging.gateways.base import (
    Account,
    AccountForm,
    AnswerLost,
    Answers,
    BatchPoller,
    Busy,
    Button,
    Forged,
    FrozenBatch,
    GatewayError,
    Inspected,
    Inspector,
    Letterhead,
    NeverReceived,
    Number,
    NumberKeeper,
    Outgoing,
    PeriodPoller,
    Posted,
    Provider,
    Rejected,
    Report,
    Reporter,
    Submission,
    Webhook,
)
from messaging.gateways.phone.gateway import PhoneProvider

# The name of the built-in phone.
PHONE = "phone"
PROVIDERS: dict[str, Provider] = {PHONE: PhoneProvider()}

Connect = Callable[[str], Provider]


def connect(provider: str) -> Provider:
    """The provider of that name. Raises KeyError for one that does not exist."""
    return PROVIDERS[provider]


def reaches_people(provider: str) -> bool:
    """Whether messages through this provider arrive at somebody.

    Of one that is not there any more that must be supposed.
    """
    known = PROVIDERS.get(provider)
    return known is None or known.reaches_people


__all__ = [
    "PHONE",
    "PROVIDERS",
    "Account",
    "AccountForm",
    "AnswerLost",
    "Answers",
    "BatchPoller",
    "Busy",
    "Button",
    "Connect",
    "Forged",
    "FrozenBatch",
    "GatewayError",
    "Inspected",
    "Inspector",
    "Letterhead",
    "NeverReceived",
    "Number",
    "NumberKeeper",
    "Outgoing",
    "PeriodPoller",
    "Posted",
    "Provider",
    "Rejected",
    "Report",
    "Reporter",
    "Submission",
    "Webhook",
    "connect",
    "reaches_people",
]
