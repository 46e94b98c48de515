"""The gateway to the stand-in: built as a real provider's, on the same client."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from messaging.gateways import (
    Account,
    AnswerLost,
    Answers,
    FrozenBatch,
    Letterhead,
    NeverReceived,
    Outgoing,
    Provider,
    Rejected,
    Report,
)
from messaging.gateways.http import Json, JsonClient, Patience, answers
from messaging.models import Channel, State

STATES = {"2000": State.SENT, "1000": State.DELIVERED}
NEVER_RECEIVED = "never received"
REPORTED = {"1000": (State.DELIVERED, ""), "3018": (State.FAILED, "3018")}
# An id stands first in its message; within a text the quotes would be escaped.
_ID = re.compile(rb'\{"id":"([0-9]+)"')
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class StandInProvider(Provider):
    """Speaks the stand-in's protocol (`tests.standin.desk`)."""

    label = "Stand-in"
    channels = frozenset({Channel.ALIMTALK})
    inspects_templates = False
    charges = False

    def __init__(
        self,
        url: str,
        *,
        batch_size: int = 1000,
        remembers: timedelta = timedelta(days=1),
        can_ask: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.batch_size = batch_size
        self.remembers = remembers
        self.can_ask = can_ask
        self._client = JsonClient(url, patience=patience, word=_word)

    def __call__(self, _name: str) -> "StandInProvider":
        """Stands for `messaging.gateways.connect`."""
        return self

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """The messages, whole."""
        listed = [
            {"id": str(m.id), "to": m.address, "text": m.text, "buttons": list(m.buttons)}
            for m in messages
        ]
        return _compact({"messages": listed}).encode()

    def send(self, batch: FrozenBatch) -> Answers:
        """Hand the stored bytes over under the batch's key."""
        said = self._client.post("/messages", batch.payload, {"Idempotency-Key": str(batch.key)})
        return _answers(said, batch)

    def check(self, account: Account) -> None:
        """There is no account that could be wrong."""

    def ask(self, batch: FrozenBatch) -> Answers:
        """What was answered, or would have been."""
        try:
            return _answers(self._client.get("/messages", {"key": str(batch.key)}, {}), batch)
        except Rejected as error:
            lost = NeverReceived if error.code == NEVER_RECEIVED else AnswerLost
            raise lost(error.code) from error

    def reports(self, after: int, now: datetime) -> tuple[list[Report], int]:
        """What became of accepted messages, a page as a poller reads it, and where the next begins.

        The first page is after 0; at the end the next one begins where this one did.
        """
        said = self._client.get("/reports", {"after": str(after)}, {})
        page = [Report(int(one["id"]), *REPORTED[one["code"]], at=now) for one in said["reports"]]
        return page, said["next"]


def _answers(said: Json, batch: FrozenBatch) -> Answers:
    results = said.get("results")
    try:
        by_id = {int(one["id"]): _state(str(one["code"])) for one in results or ()}
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerLost("garbage") from error
    sent = set(map(int, _ID.findall(batch.payload)))
    return answers(by_id, sent, reference=str(said.get("request", "")))


def _state(code: str) -> tuple[State, str]:
    state = STATES.get(code, State.FAILED)
    return state, code if state == State.FAILED else ""


def _word(answer: Json) -> str:
    return str(answer.get("error", ""))[:40]
