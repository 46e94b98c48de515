"""The gateway to SOLAPI.

It knows no idempotency key, so nothing is ever sent again. A batch whose answer was lost is looked
for: each message carries its batch's key, and SOLAPI lists messages by number and date.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from urllib.parse import quote

from messaging.gateways.abilities import (
    BatchPoller,
    Inspected,
    Inspector,
    Number,
    NumberKeeper,
    Posted,
    Reporter,
    Submission,
    Webhook,
    requested,
)
from messaging.gateways.base import (
    Account,
    AccountRefused,
    AnswerLost,
    Answers,
    FrozenBatch,
    Letterhead,
    NotYetKnown,
    Outgoing,
    Provider,
    Report,
)
from messaging.gateways.dialling import e164
from messaging.gateways.http import Json, Patience, answers
from messaging.gateways.solapi import reading, templates, writing
from messaging.gateways.solapi.account import SolapiForm
from messaging.gateways.solapi.api import LABEL, Api, iso
from messaging.models import Channel, Inspection, State

SEND, LIST, GROUPS = "/messages/v4/send-many/detail", "/messages/v4/list", "/messages/v4/groups"
NO_BALANCE = "1030"
# How long what the balance did not suffice for waits: somebody has to top it up.
TOP_UP = timedelta(minutes=15)
# As far as the two clocks may be apart.
SKEW = timedelta(minutes=15)
# Of how many messages the list is asked where a batch is looked for: the first may be refused.
PROBES = 5
NOT_FOUND, INCOMPLETE, UNREGISTERED = "not-found", "incomplete", "registered-failed"


class Solapi(Provider, Reporter, BatchPoller, Inspector, NumberKeeper):
    """Alimtalk and text. A call takes 10,000 messages; so many must not hang on one answer."""

    label = LABEL
    channels = frozenset({Channel.ALIMTALK, Channel.TEXT})
    account_form = SolapiForm
    batch_size = 1000
    remembers = timedelta(0)
    can_ask = True
    inspects_templates = True
    falls_back = True
    fills_in = True
    refusals = frozenset({"1061"})

    def __init__(self, url: str = "", *, patience: Patience | None = None) -> None:
        self._api = Api(url, patience)

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """The messages, each with its id and its batch's key."""
        return writing.compose(messages, head, account)

    def send(self, batch: FrozenBatch) -> Answers:
        """Hand the batch over."""
        sent = writing.ids(batch.payload)
        said = self._api.post(SEND, batch.payload, batch.account)
        return _answers(said, sent.keys())

    def ask(self, batch: FrozenBatch) -> Answers:
        """Find the batch by its key and read what became of it.

        Raises AnswerLost where it is not found: SOLAPI does not promise that its lists are
        complete, so that is no proof that it was never received.
        """
        sent = writing.ids(batch.payload)
        group = self._find_group(batch, sent.values())
        rows = self._api.messages(_of(group, "/messages"), {}, batch.account)
        said = {reading.our_id(row): reading.when_asked(row) for row in rows}
        if missing := sent.keys() - said.keys():
            self._check_unregistered(group, len(sent), len(missing), batch.account)
            said |= dict.fromkeys(missing, (State.FAILED, UNREGISTERED))
        return answers({pk: said[pk] for pk in sent}, sent.keys(), group)

    def poll_batch(self, account: Account, posted: Posted) -> Iterator[Report]:
        """The messages of its group as they stand."""
        if not posted.reference:
            return
        for row in self._api.messages(_of(posted.reference, "/messages"), {}, account):
            if reading.our_id(row) != reading.STRANGER:
                yield reading.report(row, posted.frozen_at)

    def read_webhook(self, webhook: Webhook, account: Account) -> Sequence[Report]:
        """What it reports; messages of others that send with this account have id 0."""
        return reading.read_webhook(webhook, account)

    def check(self, account: Account) -> None:
        """Ask for the balance; an answer without one comes from somebody else."""
        balance = self._api.get("/cash/v1/balance", {}, account).get("balance")
        if not isinstance(balance, int | float):
            raise AnswerLost("garbage")

    def submit(self, account: Account, wording: Submission) -> Inspected:
        """Register it, then ask for inspection: SOLAPI gives it a name of its own."""
        body = templates.registration(wording, account)
        registered = templates.inspected(self._api.post(templates.PATH, body, account))
        return self._requested(account, registered)

    def look_up(self, account: Account, code: str) -> Inspected:
        """How it stands; where it is only registered its inspection is asked for."""
        found = templates.inspected(self._api.get(_template(code), {}, account))
        return self._requested(account, found) if found.state == Inspection.REQUESTED else found

    def _requested(self, account: Account, registered: Inspected) -> Inspected:
        path = f"{_template(registered.code)}/inspection"
        return requested(
            registered, lambda: templates.inspected(self._api.put(path, b"{}", account))
        )

    def numbers(self, account: Account) -> Sequence[Number]:
        """All registered numbers; text may come from the active ones."""
        listed = self._api.get("/senderid/v1/numbers", {}, account).get("senderIds")
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise AnswerLost("garbage")
        found = [(e164(str(row.get("phoneNumber"))), row.get("status")) for row in listed]
        return [Number(number, status == "ACTIVE") for number, status in found if number]

    def _find_group(self, batch: FrozenBatch, numbers: Iterable[str]) -> str:
        since = iso(batch.frozen_at - SKEW)
        key = str(batch.key)
        for number in islice(dict.fromkeys(numbers), PROBES):
            asked = {"to": number, "dateType": "CREATED", "startDate": since}
            for row in self._api.messages(LIST, asked, batch.account):
                if reading.is_of(row, key) and row.get("groupId"):
                    return str(row["groupId"])
        raise NotYetKnown(NOT_FOUND)

    def _check_unregistered(self, group: str, sent: int, missing: int, account: Account) -> None:
        """That what its group does not hold was refused, and is not still being registered."""
        count = self._api.get(_of(group), {}, account).get("count")
        told = count if isinstance(count, dict) else {}
        if (told.get("total"), told.get("registeredFailed")) != (sent, missing):
            raise NotYetKnown(INCOMPLETE)


def _of(group: str, path: str = "") -> str:
    return f"{GROUPS}/{quote(group, safe='')}{path}"


def _answers(said: Json, sent: Collection[int]) -> Answers:
    """What was taken and what was refused. What there was no balance for may go again."""
    try:
        states = dict(_states(said))
        reference = str(said["groupInfo"]["groupId"])
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerLost("garbage") from error
    ours = {pk: states[pk] for pk in sent if pk in states}
    again = frozenset(pk for pk, (_state, code) in ours.items() if code == NO_BALANCE)
    rest = set(sent) - again
    if not rest:
        raise AccountRefused(NO_BALANCE)
    found = answers({pk: ours[pk] for pk in ours.keys() - again}, rest, reference)
    return replace(found, again=again, wait=TOP_UP) if again else found


def _states(said: Json) -> Iterator[tuple[int, tuple[State, str]]]:
    for row in said.get("messageList") or ():
        yield reading.our_id(row), reading.state_of(row)
    for row in said.get("failedMessageList") or ():
        yield reading.our_id(row), (State.FAILED, str(row["statusCode"]))


def _template(code: str) -> str:
    return f"{templates.PATH}/{quote(code, safe='')}"
