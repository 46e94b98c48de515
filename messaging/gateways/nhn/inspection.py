"""Registering wording for Alimtalk, and how its inspection stands (document "Alimtalk v2.3")."""

import json
from typing import Any

from django.utils.translation import gettext as _

from messaging.gateways.abilities import Inspected, Submission
from messaging.gateways.base import (
    Account,
    AnswerLost,
    Rejected,
)
from messaging.gateways.http import Json
from messaging.gateways.nhn.api import Api
from messaging.gateways.nhn.wording import buttons
from messaging.models import Inspection

STATES = {
    "TSC01": Inspection.REQUESTED,
    "TSC02": Inspection.REVIEWING,
    "TSC03": Inspection.APPROVED,
    "TSC04": Inspection.REJECTED,
}
# A button that adds the channel makes the template one of this type; it must come first.
ADD_CHANNEL, WITH_CHANNEL, BASIC = "AC", "AD", "BA"
ALREADY_THERE = "-3001"


def register(api: Api, account: Account, wording: Submission) -> Inspected:
    """Register a template, which asks for its inspection at once.

    Where a template of this name is there already with the same text (an earlier answer was lost),
    it stands for ours.
    """
    try:
        api.post(_path(account), json.dumps(_template(wording)).encode(), account)
    except Rejected as error:
        if error.code != ALREADY_THERE or not _is_ours(api, account, wording):
            raise
        return find(api, account, wording.code)
    return Inspected(wording.code, Inspection.REQUESTED)


def find(api: Api, account: Account, code: str) -> Inspected:
    """How a template's inspection stands.

    One that Kakao has blocked, or laid to sleep because nothing was sent for a year, can't be used
    any more than one that was rejected.
    """
    found = _fetch(api, account, code)
    state = STATES.get(str(found.get("status")))
    if state is None:
        raise AnswerLost("garbage")
    comments = _comments(found)
    if found.get("block") is True:
        return Inspected(code, Inspection.REJECTED, _("Kakao has blocked this template."))
    if found.get("dormant") is True:
        dormant = _("Unused for a year. Wake it up in the NHN Cloud console.")
        return Inspected(code, Inspection.REJECTED, dormant)
    return Inspected(code, state, comments)


def _fetch(api: Api, account: Account, code: str) -> Json:
    """One template; the field is called `templates` all the same."""
    found = api.get(f"{_path(account)}/{code}", {}, account).get("templates")
    if not isinstance(found, dict):
        raise AnswerLost("garbage")
    return found


def _is_ours(api: Api, account: Account, wording: Submission) -> bool:
    """Only the code names it: the name that we gave may be another template's."""
    try:
        return _fetch(api, account, wording.code).get("templateContent") == wording.body
    except Rejected:
        return False


def _path(account: Account) -> str:
    return f"/senders/{account['sender_key']}/templates"


def _template(wording: Submission) -> dict[str, Any]:
    """The category is left out: then it counts as "other", and is inspected last."""
    adds_channel = any(button["type"] == ADD_CHANNEL for button in wording.buttons)
    return {
        "templateCode": wording.code,
        "templateName": wording.name,
        "templateContent": wording.body,
        "templateMessageType": WITH_CHANNEL if adds_channel else BASIC,
        "buttons": buttons(wording.buttons, wording.link),
    }


def _comments(found: Json) -> str:
    comments = found.get("comments")
    listed = comments if isinstance(comments, list) else []
    texts = [str(one.get("content") or "").strip() for one in listed if isinstance(one, dict)]
    return "\n".join(filter(None, texts))
