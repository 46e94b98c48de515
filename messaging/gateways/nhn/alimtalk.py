"""Alimtalk through NHN Cloud's KakaoTalk Bizmessage (document "Alimtalk v2.3")."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import orjson

from messaging.gateways.abilities import (
    Inspected,
    Inspector,
    PeriodPoller,
    Reporter,
    Submission,
    Webhook,
)
from messaging.gateways.base import (
    Account,
    AnswerLost,
    Answers,
    FrozenBatch,
    Letterhead,
    NeverReceived,
    NotYetKnown,
    Outgoing,
    Provider,
    Rejected,
    Report,
)
from messaging.gateways.compact import compact
from messaging.gateways.dialling import digits_of
from messaging.gateways.entries import read_each
from messaging.gateways.http import NO_IDS, Json, Patience, answers
from messaging.gateways.nhn import inspection
from messaging.gateways.nhn.account import AlimtalkForm
from messaging.gateways.nhn.alimtalk_results import Said, at_once, delivered, when_listed
from messaging.gateways.nhn.api import (
    AFTER,
    BEFORE,
    LISTED_AFTER,
    Api,
    Codes,
    batch_key,
    entries_in,
    kst,
    our_id,
    read_time,
    rows_at,
    rows_in,
    spans,
)
from messaging.gateways.nhn.webhooks import hook_time, read_hooks
from messaging.gateways.nhn.wording import buttons, fallback, sender_of
from messaging.models import Channel, State

URL = "https://kakaotalk-bizmessage.api.nhncloudservice.com"
ROOT = "/alimtalk/v2.3/appkeys"
KEY_USED = "-1005"
# -1000 and -4004 app key, -1001 secret, -4005 closed, -1006, -1014, -1027, -2017 the channel.
# KEY_USED: within ten minutes, so the batch was taken. -7000 and -9999 are trouble on their side, 0
# is a failure that says success.
CODES = Codes(
    account=frozenset(
        {"401", "403", "-1000", "-1001", "-1006", "-1014", "-1027", "-2017", "-4004", "-4005"}
    ),
    doubtful=frozenset({"0", KEY_USED, "-7000", "-9999"}),
)
# All recipients were refused; the answer still tells each one's reason.
ALL_REFUSED = "-1031"
RESULTS, LISTED = entries_in("messages"), ("messageSearchResultResponse", "messages")
REMEMBERED = 100  # requests whose messages a poll keeps at hand
# The id stands first in its recipient; within a text the quotes would be escaped.
_ID = re.compile(rb'\{"recipientGroupingKey":"([0-9]+)"')


class NhnAlimtalk(Provider, Reporter, PeriodPoller, Inspector):
    """A call takes a batch as a whole, under a key that is remembered for ten minutes."""

    label = "NHN Cloud"
    channels = frozenset({Channel.ALIMTALK})
    account_form = AlimtalkForm
    batch_size = 1000
    remembers = timedelta(minutes=10)
    can_ask = True
    inspects_templates = True
    falls_back = True

    def __init__(self, url: str = "", *, patience: Patience | None = None) -> None:
        self._api = Api(url or URL, ROOT, CODES, patience=patience)

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """A body of `/raw-messages`: finished texts, so that what is stored is what is sent."""
        sender = sender_of(head)
        recipients = [
            {
                "recipientGroupingKey": str(message.id),
                "recipientNo": digits_of(message.address),
                "content": message.text,
                "buttons": buttons(message.buttons),
                "resendParameter": fallback(message, head, sender),
            }
            for message in messages
        ]
        return compact(
            {
                "senderKey": account["sender_key"],
                "templateCode": head.template_code,
                "senderGroupingKey": str(head.key),
                "recipientList": recipients,
            }
        )

    def send(self, batch: FrozenBatch) -> Answers:
        """Hand it over; where its key was used before, it was taken and is asked after at once."""
        try:
            said = self._api.post(
                "/raw-messages",
                batch.payload,
                batch.account,
                headers={"X-NC-API-IDEMPOTENCY-KEY": str(batch.key)},
                readable={ALL_REFUSED},
            )
        except AnswerLost as error:
            if error.code != KEY_USED:
                raise
            return self._ask_what_was_taken(batch)
        return _answers(said, batch)

    def ask(self, batch: FrozenBatch) -> Answers:
        """Look the batch up in the list of messages, by its key.

        Nobody documents how soon the list is complete. So a batch that is not in it, or not with
        all its messages, stays in doubt until it is `LISTED_AFTER` old by the provider's own clock;
        then it was never received, or those missing are unknown. A batch is taken by one request,
        so that a part of it in the list means that none of it may be sent again.
        """
        listed, at, reference = self._listed(batch)
        missing = _sent(batch) - listed.keys()
        if missing:
            if at is None or at < batch.frozen_at + LISTED_AFTER:
                raise NotYetKnown("not-listed")
            if not listed:
                raise NeverReceived("not-listed")
        unknown: dict[int, Said] = dict.fromkeys(missing, (State.UNKNOWN, ""))
        return answers(listed | unknown, _sent(batch), reference)

    def check(self, account: Account) -> None:
        """Look the channel up, which proves app key, secret and sender key."""
        self._api.get(f"/senders/{account['sender_key']}", {}, account)

    def read_webhook(self, webhook: Webhook, account: Account) -> Sequence[Report]:
        """The deliveries reported; a hook does not tell of text that took an Alimtalk's place."""
        return list(read_each(read_hooks(webhook, account), _called_out, self.label))

    def poll(self, account: Account, since: datetime, until: datetime) -> Iterable[Report]:
        """What became known in the period.

        Results name a request and a recipient's number in it, not our message: which message that
        is comes from the request's list.
        """
        messages: dict[str, dict[int, tuple[int, str]]] = {}
        for start, end in spans(since, until):
            asked = {
                "startUpdateDate": kst(start),
                # To the minute, and perhaps without it: one too many is only told twice.
                "endUpdateDate": kst(end + timedelta(minutes=1)),
            }
            for rows, _at in self._api.pages("/message-results", asked, account, RESULTS):
                for request, number, row in read_each(rows, _result, self.label):
                    if request not in messages:
                        if len(messages) == REMEMBERED:
                            messages.clear()
                        messages[request] = self._messages_of(request, account)
                    if ours := messages[request].get(number):
                        yield _report(*ours, row, read_time(row.get("receiveDate")) or until)

    def submit(self, account: Account, wording: Submission) -> Inspected:
        """Register the wording under our code."""
        return inspection.register(self._api, account, wording)

    def look_up(self, account: Account, code: str) -> Inspected:
        """How its inspection stands."""
        return inspection.find(self._api, account, code)

    def _ask_what_was_taken(self, batch: FrozenBatch) -> Answers:
        try:
            return self.ask(batch)
        except NeverReceived as error:
            raise NotYetKnown(KEY_USED) from error

    def _listed(self, batch: FrozenBatch) -> tuple[dict[int, Said], datetime | None, str]:
        """The batch's messages in the list, the provider's time then, and its reference."""
        asked = {
            "senderGroupingKey": str(batch.key),
            "startCreateDate": kst(batch.frozen_at - BEFORE),
            "endCreateDate": kst(batch.frozen_at + AFTER),
        }
        found: dict[int, Said] = {}
        reference, told = "", None
        for rows, at in self._api.pages("/messages", asked, batch.account, rows_in(*LISTED)):
            told = told or at
            for row in rows:
                reference = str(row.get("requestId") or reference)
                pk = our_id(row.get("recipientGroupingKey"))
                if pk is not None and batch_key(row) == str(batch.key):
                    found[pk] = when_listed(row)
        return found, told, reference

    def _messages_of(self, request: str, account: Account) -> dict[int, tuple[int, str]]:
        """Our messages in a request with their batches' keys, by the recipients' numbers."""
        asked = {"requestId": request}
        return dict(
            one
            for rows, _at in self._api.pages("/messages", asked, account, entries_in(*LISTED))
            for one in read_each(rows, _numbered, self.label)
        )


def _answers(said: Json, batch: FrozenBatch) -> Answers:
    message = said.get("message")
    if not isinstance(message, dict):
        raise Rejected(ALL_REFUSED) if not said["header"]["isSuccessful"] else AnswerLost(NO_IDS)
    results = dict(_results(rows_at(message, "sendResults")))
    with_fallback = _with_fallback(batch) if _some_refused(results) else set()
    states = {pk: at_once(code, has_fallback=pk in with_fallback) for pk, code in results.items()}
    return answers(states, _sent(batch), str(message.get("requestId") or ""))


def _results(rows: list[Json]) -> Iterator[tuple[int, str]]:
    for row in rows:
        pk = our_id(row.get("recipientGroupingKey"))
        if pk is None or row.get("resultCode") is None:
            raise AnswerLost(NO_IDS)
        yield pk, str(row["resultCode"])


def _some_refused(results: dict[int, str]) -> bool:
    return any(code != "0" for code in results.values())


def _sent(batch: FrozenBatch) -> set[int]:
    return set(map(int, _ID.findall(batch.payload)))


def _with_fallback(batch: FrozenBatch) -> set[int]:
    recipients = orjson.loads(batch.payload)["recipientList"]
    return {
        int(one["recipientGroupingKey"]) for one in recipients if one["resendParameter"]["isResend"]
    }


def _report(pk: int, key: str, row: Json, at: datetime) -> Report:
    state, code, fell_back = delivered(row)
    return Report(pk, state, code, at, fell_back, key)


def _called_out(hook: Json) -> Report | None:
    pk = our_id(hook.get("recipientGroupingKey"))
    return None if pk is None else _report(pk, batch_key(hook), hook, hook_time(hook))


def _result(row: Json) -> tuple[str, int, Json]:
    """The request that a result is of, and the recipient's number in it."""
    request = row.get("requestId")
    if not isinstance(request, str) or not request:
        raise ValueError("a result of no request")
    return request, _number(row), row


def _numbered(row: Json) -> tuple[int, tuple[int, str]] | None:
    """A recipient's number in its request, our message and its key; None for what others sent."""
    pk = our_id(row.get("recipientGroupingKey"))
    return None if pk is None else (_number(row), (pk, batch_key(row)))


def _number(row: Json) -> int:
    number = row.get("recipientSeq")
    if not isinstance(number, int):
        raise ValueError("a recipient without a number")
    return number
