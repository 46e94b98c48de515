"""The providers that Dangol can send through, by the name a gateway row carries."""

from collections.abc import Callable

from messaging.gateways.base import (
    AnswerLost,
    Answers,
    Busy,
    FrozenBatch,
    Outgoing,
    Provider,
    Rejected,
)
from messaging.gateways.phone.gateway import PhoneProvider

PROVIDERS: dict[str, Provider] = {"phone": PhoneProvider()}

Connect = Callable[[str], Provider]


def connect(provider: str) -> Provider:
    """The provider of that name. Raises KeyError for one that does not exist."""
    return PROVIDERS[provider]


__all__ = [
    "PROVIDERS",
    "AnswerLost",
    "Answers",
    "Busy",
    "Connect",
    "FrozenBatch",
    "Outgoing",
    "Provider",
    "Rejected",
    "connect",
]
