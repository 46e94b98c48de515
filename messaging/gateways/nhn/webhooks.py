"""NHN Cloud's calls to us (its documents "Webhook"): one signature, events with their hooks.

The signature is a fixed word that the shop has entered on both sides.
"""

import json
from datetime import datetime
from hmac import compare_digest
from typing import Any

from messaging.gateways.abilities import Forged, Webhook
from messaging.gateways.base import Account
from messaging.gateways.http import Json
from messaging.gateways.nhn.api import read_time

MESSAGE_RESULT = "MESSAGE_RESULT_UPDATE"
REFUSAL = "UNSUBSCRIBE"


def read_hooks(webhook: Webhook, account: Account, event: str = MESSAGE_RESULT) -> list[Any]:
    """What was reported of this event, results of messages by default; none for another event.

    What each hook is has still to be looked at. Raises Forged where the signature is not the
    account's, or the account has none; ValueError for what nobody can read.
    """
    ours = account.get("webhook_signature", "").encode()
    theirs = webhook.headers.get("x-toast-webhook-signature", "").encode(errors="replace")
    if not ours or not compare_digest(ours, theirs):
        raise Forged
    try:
        told = json.loads(webhook.body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(told, dict) or not isinstance(told.get("hooks"), list):
        raise ValueError("wanted an object with hooks")
    return list(told["hooks"]) if told.get("event") == event else []


def hook_time(hook: Json) -> datetime:
    """When the result was known; at least when the message was asked for.

    Raises ValueError where it has neither.
    """
    found = read_time(hook.get("receiveDate"), hook.get("requestDate"))
    if found is None:
        raise ValueError("a hook without a time")
    return found
