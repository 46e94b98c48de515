"""Text messages through NHN Cloud's SMS (document "SMS v3.0").

A request has one text for all its recipients. Texts of their own would need templates registered
there (`templateParameter` is documented for these alone), so a batch is a request for each text.
There is no idempotency key: nothing is ever sent a second time unless the list of messages shows
that it is not there.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from messaging.gateways.abilities import (
    Number,
    NumberKeeper,
    PeriodPoller,
    Reporter,
    Webhook,
)
from messaging.gateways.base import (
    Account,
    Answers,
    Busy,
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
from messaging.gateways.dialling import KOREA, digits_of
from messaging.gateways.entries import read_each
from messaging.gateways.http import Json, Patience, answers
from messaging.gateways.nhn.account import NhnForm
from messaging.gateways.nhn.api import (
    AFTER,
    BEFORE,
    LISTED_AFTER,
    Api,
    Codes,
    batch_key,
    kst_seconds,
    our_id,
    read_time,
    rows_in,
    spans,
)
from messaging.gateways.nhn.sms_results import Said, at_once, delivered, result_rows
from messaging.gateways.nhn.webhooks import REFUSAL, hook_time, read_hooks
from messaging.gateways.nhn.wording import sender_of
from messaging.lengths import cut_title
from messaging.models import Channel, Purpose, Service, State
from orders.models import Country
from orders.phones import normalise_phone

URL = "https://sms.api.nhncloudservice.com"
ROOT = "/sms/v3.0/appKeys"
# -1000 to -1002 and -1008 app key, -1004 this server's address, -2052 the month's quota, -6000 and
# -6004 the 080 number, -2312 and -2313 the sender number. -2021 failed to queue, -9999 failed
# altogether.
CODES = Codes(
    account=frozenset(
        {"401", "403", "-1000", "-1001", "-1002", "-1004", "-1008", "-2052"}
        | {"-6000", "-6004", "-2312", "-2313"}
    ),
    doubtful=frozenset({"0", "-2021", "-9999"}),
)
# One call each in the worst case, one after another, all of them within a batch's lease: the last
# begins BEGIN_WITHIN after the first, and ends within the patience.
PATIENCE = Patience(whole=50)
BEGIN_WITHIN = 25  # seconds
PATHS = {
    (Service.SMS, Purpose.INFORMATION): "sms",
    (Service.LMS, Purpose.INFORMATION): "mms",
    (Service.SMS, Purpose.ADVERTISING): "ad-sms",
    (Service.LMS, Purpose.ADVERTISING): "ad-mms",
}
DATA = rows_in("body", "data")
# As the service itself checks it, and the law wants it; spaces and brackets may be between.
_ADVERTISING = re.compile(r"(?s:\(광고\).*)무료\s*(?:수신\s*)?거부\s*\]?\s*080[- \d]{7,11}\s*")
_ID = re.compile(rb'\{"recipientGroupingKey":"([0-9]+)"')


class NhnSms(Provider, Reporter, PeriodPoller, NumberKeeper):
    """SMS and LMS, informational and advertising."""

    label = "NHN Cloud"
    channels = frozenset({Channel.TEXT})
    account_form = NhnForm
    # As many calls as texts: so many end in time where each message has its own.
    batch_size = 200
    hands_over_for = timedelta(seconds=BEGIN_WITHIN)
    remembers = timedelta(0)
    can_ask = True
    inspects_templates = False

    def __init__(self, url: str = "", *, patience: Patience = PATIENCE) -> None:
        self._api = Api(url or URL, ROOT, CODES, patience=patience)

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """The path in the first line, then one request a line.

        Raises ValueError for advertising that is not marked as Korea's law wants it (F3). Other
        countries' laws know no such marks.
        """
        path = PATHS[head.service, head.purpose]
        if head.purpose == Purpose.ADVERTISING and head.country in ("", Country.KOREA):
            _check_marks(messages)
        sender = sender_of(head)
        requests = [
            {
                **({"title": title} if head.service == Service.LMS else {}),
                "body": text,
                "sendNo": sender,
                "senderGroupingKey": str(head.key),
                "recipientList": [_recipient(message) for message in alike],
            }
            for (title, text), alike in _by_text(messages, head).items()
        ]
        return b"\n".join([path.encode(), *map(compact, requests)])

    def send(self, batch: FrozenBatch) -> Answers:
        """Hand over request after request; what there is no time for goes on as a new batch.

        Where an answer is lost, the whole batch is in doubt: asking tells what of it was taken.
        """
        path, *bodies = batch.payload.split(b"\n")
        ends = monotonic() + BEGIN_WITHIN
        said: dict[int, Said] = {}
        reference, wait = "", None
        for body in bodies:
            if said and monotonic() > ends:
                break
            try:
                answer = self._api.post(f"/sender/{path.decode()}", body, batch.account)
            except Rejected as error:
                said |= dict.fromkeys(_ids(body), (State.FAILED, error.code))
            except Busy as error:
                if not said:
                    raise
                wait = error.wait
                break
            else:
                reference, states = at_once(answer)
                said |= _answers_to(body, states)
        return _with_the_rest(said, batch, reference, wait)

    def ask(self, batch: FrozenBatch) -> Answers:
        """Look the batch up in the list of messages, by its key.

        As with Alimtalk, what is not in it proves nothing before the batch is `LISTED_AFTER` old by
        the provider's clock. Then what is missing was never received; it alone is sent.
        """
        found, at, reference = self._listed(batch)
        missing = _ids(batch.payload) - found
        if missing:
            if at is None or at < batch.frozen_at + LISTED_AFTER:
                raise NotYetKnown("not-listed")
            if not found:
                raise NeverReceived("not-listed")
        return Answers(State.SENT, reference=reference, again=frozenset(missing))

    def check(self, account: Account) -> None:
        """Look at one sender number, which proves app key and secret."""
        self._api.get("/sendNos", {"pageNum": "1", "pageSize": "1"}, account)

    def numbers(self, account: Account) -> Sequence[Number]:
        """The registered sender numbers."""
        return [
            Number(number, row.get("useYn") == "Y" and row.get("blockYn") != "Y")
            for rows, _at in self._api.pages("/sendNos", {}, account, DATA)
            for row in rows
            if (number := normalise_phone(str(row.get("sendNo")), "KR"))
        ]

    def read_webhook(self, webhook: Webhook, account: Account) -> Sequence[Report]:
        """The results reported."""
        return list(read_each(read_hooks(webhook, account), _called_out, self.label))

    def read_refusals(self, webhook: Webhook, account: Account) -> Sequence[str]:
        """Who called the 080 number that the account has at NHN Cloud."""
        return list(read_each(read_hooks(webhook, account, REFUSAL), _who_refused, self.label))

    def poll(self, account: Account, since: datetime, until: datetime) -> Iterable[Report]:
        """The results that were updated in the period."""
        for start, end in spans(since, until):
            asked = {"startUpdateDate": kst_seconds(start), "endUpdateDate": kst_seconds(end)}
            for rows, _at in self._api.pages("/message-results", asked, account, result_rows):
                yield from read_each(rows, partial(_listed_result, until), self.label)

    def _listed(self, batch: FrozenBatch) -> tuple[set[int], datetime | None, str]:
        """Which of its messages are in the list, the provider's time then, and its reference."""
        path = batch.payload.partition(b"\n")[0].decode().removeprefix("ad-")
        asked = {
            "senderGroupingKey": str(batch.key),
            "startCreateDate": kst_seconds(batch.frozen_at - BEFORE),
            "endCreateDate": kst_seconds(batch.frozen_at + AFTER),
        }
        found: set[int] = set()
        reference, told = "", None
        for rows, at in self._api.pages(f"/sender/{path}", asked, batch.account, DATA):
            told = told or at
            for row in rows:
                reference = str(row.get("requestId") or reference)
                pk = our_id(row.get("recipientGroupingKey"))
                if pk is not None and batch_key(row) == str(batch.key):
                    found.add(pk)
        return found, told, reference


def _check_marks(messages: Sequence[Outgoing]) -> None:
    for message in messages:
        if not _ADVERTISING.fullmatch(message.text):
            raise ValueError(f"message {message.id}: advertising without the marks of the law")


def _by_text(
    messages: Sequence[Outgoing], head: Letterhead
) -> dict[tuple[str, str], list[Outgoing]]:
    """The messages that may share a request, under their title and text."""
    found: dict[tuple[str, str], list[Outgoing]] = {}
    for message in messages:
        found.setdefault((cut_title(message.title or head.shop), message.text), []).append(message)
    return found


def _recipient(message: Outgoing) -> dict[str, Any]:
    is_korean = message.address.startswith(f"+{KOREA}")
    field = "recipientNo" if is_korean else "internationalRecipientNo"
    return {"recipientGroupingKey": str(message.id), field: digits_of(message.address)}


def _answers_to(body: bytes, states: dict[int, Said]) -> dict[int, Said]:
    """The states of a request's messages. Raises AnswerLost where one is missing."""
    answers(states, _ids(body))
    return states


def _with_the_rest(
    said: dict[int, Said], batch: FrozenBatch, reference: str, wait: timedelta | None
) -> Answers:
    """The answers; what was not handed over any more goes again."""
    told = answers(said, said.keys(), reference)
    rest = frozenset(_ids(batch.payload) - said.keys())
    return Answers(told.state, told.exceptions, told.reference, again=rest, wait=wait)


def _ids(payload: bytes) -> set[int]:
    return set(map(int, _ID.findall(payload)))


def _report(row: Json, at: datetime) -> Report | None:
    # The documents' example of a webhook misspells the name.
    pk = our_id(row.get("recipientGroupingKey") or row.get("recipientGropuingKey"))
    told = delivered(row)
    return Report(pk, *told, at=at, key=batch_key(row)) if pk is not None and told else None


def _called_out(hook: Json) -> Report | None:
    return _report(hook, hook_time(hook))


def _listed_result(otherwise: datetime, row: Json) -> Report | None:
    return _report(row, read_time(row.get("updateDate"), row.get("resultDate")) or otherwise)


def _who_refused(hook: Json) -> str:
    if not (number := hook.get("recipientNo")):
        raise ValueError("a refusal of nobody")
    return str(number)
