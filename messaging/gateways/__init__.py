"""The providers that Dangol can send through, by the name a gateway row carries."""

from collections.abc import Callable

from django.conf import settings

from messaging.gateways.abilities import (
    BatchPoller,
    Forged,
    Inspected,
    Inspector,
    Number,
    NumberKeeper,
    PeriodPoller,
    Posted,
    Reporter,
    Submission,
    Webhook,
)
from messaging.gateways.aligo.gateway import Aligo
from messaging.gateways.base import (
    Account,
    AccountForm,
    AccountRefused,
    AnswerLost,
    Answers,
    Busy,
    Button,
    FrozenBatch,
    GatewayError,
    Letterhead,
    NeverReceived,
    NotYetKnown,
    Outgoing,
    Provider,
    Rejected,
    Report,
)
from messaging.gateways.fcm.gateway import Fcm
from messaging.gateways.inbox.gateway import Inbox
from messaging.gateways.nhn.alimtalk import NhnAlimtalk
from messaging.gateways.nhn.sms import NhnSms
from messaging.gateways.phone.gateway import PhoneProvider
from messaging.gateways.smtp.gateway import Smtp
from messaging.gateways.solapi.gateway import Solapi

# The name of the built-in phone.
PHONE = "phone"
# Other addresses than the providers' own, by name: for a proxy or a stand-in.
_URLS: dict[str, str] = getattr(settings, "PROVIDER_URLS", {})
PROVIDERS: dict[str, Provider] = {
    PHONE: PhoneProvider(),
    "nhn_alimtalk": NhnAlimtalk(_URLS.get("nhn_alimtalk", "")),
    "nhn_sms": NhnSms(_URLS.get("nhn_sms", "")),
    "solapi": Solapi(_URLS.get("solapi", "")),
    "aligo": Aligo(_URLS.get("aligo", "")),
    "smtp": Smtp(),
    "fcm": Fcm(_URLS.get("fcm", "")),
    "inbox": Inbox(),
}

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


def charges(provider: str) -> bool:
    """Whether messages through this provider cost points."""
    known = PROVIDERS.get(provider)
    return known is not None and known.charges


__all__ = [
    "PHONE",
    "PROVIDERS",
    "Account",
    "AccountForm",
    "AccountRefused",
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
    "NotYetKnown",
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
    "charges",
    "connect",
    "reaches_people",
]
