"""The gateway to Aligo.

It neither remembers a key nor can be asked after a request: where the answer was lost, what became
of the batch stays unknown, and it is never sent again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from messaging.gateways.abilities import (
    BatchPoller,
    Inspected,
    Inspector,
    Posted,
    Submission,
    requested,
)
from messaging.gateways.aligo import unconfirmed
from messaging.gateways.aligo.account import AligoForm
from messaging.gateways.aligo.api import LABEL, Api, rows_of
from messaging.gateways.base import (
    Account,
    AnswerLost,
    Answers,
    Button,
    FrozenBatch,
    Letterhead,
    Outgoing,
    Provider,
    Rejected,
    Report,
)
from messaging.gateways.compact import compact
from messaging.gateways.dialling import dialled, digits_of, e164
from messaging.gateways.entries import first_time
from messaging.gateways.http import Json, Patience
from messaging.lengths import cut_title
from messaging.models import Channel, State

SEND, RESULTS = "/akv10/alimtalk/send/", "/akv10/history/detail/"
ADD, REQUEST, TEMPLATES = (
    "/akv10/template/add/",
    "/akv10/template/request/",
    "/akv10/template/list/",
)
KST = ZoneInfo("Asia/Seoul")  # its times have no zone
NO_SUCH_TEMPLATE = "no-template"
_DATES = ("rsltdate", "reportdate", "sentdate")


class Aligo(Provider, BatchPoller, Inspector):
    """Alimtalk, with text in its place where it can't be delivered."""

    label = LABEL
    channels = frozenset({Channel.ALIMTALK})
    account_form = AligoForm
    batch_size = unconfirmed.MOST
    remembers = timedelta(0)
    can_ask = False
    inspects_templates = True
    falls_back = True

    def __init__(self, url: str = "", *, patience: Patience | None = None) -> None:
        self._api = Api(url, patience)

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """The form without the account's keys, which are added when it is sent."""
        sender = dialled(head.sender)[1] if head.sender else ""
        falls_back = bool(sender) and all(message.fallback for message in messages)
        fields = {
            "tpl_code": head.template_code,
            "sender": sender,
            "testMode": "N",
            "failover": "Y" if falls_back else "N",
        }
        for place, message in enumerate(messages, 1):
            fields |= _numbered(place, message, head, falls_back=falls_back)
        return urlencode(fields).encode()

    def send(self, batch: FrozenBatch) -> Answers:
        """Hand the batch over. Which of its messages were refused only the results tell."""
        info = self._api.post(SEND, batch.payload, batch.account).get("info")
        mid = info.get("mid") if isinstance(info, dict) else None
        if not isinstance(mid, int | str) or not str(mid):
            raise AnswerLost("no-mid")
        return Answers(State.SENT, reference=str(mid))

    def ask(self, batch: FrozenBatch) -> Answers:
        """Nobody can tell: its lists carry nothing of ours to know a batch by."""
        raise AnswerLost("cannot-ask")

    def check(self, account: Account) -> None:
        """Ask how many messages could still be sent."""
        self._api.post(unconfirmed.BALANCE, b"", account)

    def poll_batch(self, account: Account, posted: Posted) -> Iterator[Report]:
        """The results by phone number. Two members on one phone get theirs once both are alike."""
        if not posted.reference:
            return
        found: dict[str, list[Json]] = defaultdict(list)
        for row in self._api.rows(RESULTS, {"mid": posted.reference}, account):
            found[e164(str(row.get("phone", "")))].append(row)
        for address, messages in posted.messages.items():
            rows = found.get(address, [])
            if len(rows) == len(messages) and len({_result(row) for row in rows}) == 1:
                yield from _reports(rows[0], messages, posted.frozen_at)

    def submit(self, account: Account, wording: Submission) -> Inspected:
        """Register it, then ask for inspection: Aligo gives it a name of its own."""
        adds_channel = any(button["type"] == "AC" for button in wording.buttons)
        fields = {
            "tpl_name": wording.name,
            "tpl_content": wording.body,
            "tpl_type": "AD" if adds_channel else "BA",
        }
        if wording.buttons:
            fields["tpl_button"] = _buttons(wording.buttons, wording.link)
        data = self._api.post(ADD, urlencode(fields).encode(), account).get("data")
        code = data.get("templtCode") if isinstance(data, dict) else None
        if not isinstance(code, str) or not code:
            raise AnswerLost("garbage")
        return self._requested(account, code)

    def look_up(self, account: Account, code: str) -> Inspected:
        """How it stands; where it is only registered its inspection is asked for."""
        answer = self._api.post(TEMPLATES, urlencode({"tpl_code": code}).encode(), account)
        for row in rows_of(answer):
            state = unconfirmed.INSPECTIONS.get(str(row.get("inspStatus")))
            if row.get("templtCode") == code and state is not None:
                if row["inspStatus"] == unconfirmed.REGISTERED:
                    return self._requested(account, code)
                return Inspected(code, state, _comments(row.get("comments")))
        raise Rejected(NO_SUCH_TEMPLATE)

    def _requested(self, account: Account, code: str) -> Inspected:
        def request() -> Inspected:
            self._api.post(REQUEST, urlencode({"tpl_code": code}).encode(), account)
            return Inspected(code, unconfirmed.INSPECTIONS["REQ"])

        registered = Inspected(code, unconfirmed.INSPECTIONS[unconfirmed.REGISTERED])
        return requested(registered, request)


def _numbered(
    place: int, message: Outgoing, head: Letterhead, *, falls_back: bool
) -> Mapping[str, str]:
    """A message's fields. A batch falls back where every message says with what."""
    subject = cut_title(message.title or head.shop)
    fields = {
        f"receiver_{place}": digits_of(message.address),
        f"subject_{place}": subject,
        f"message_{place}": message.text,
    }
    if message.buttons:
        fields[f"button_{place}"] = _buttons(message.buttons)
    if falls_back:
        fields[f"fsubject_{place}"] = subject
        fields[f"fmessage_{place}"] = message.fallback
    return fields


def _buttons(buttons: Sequence[Button], link: str = "") -> str:
    return compact({"button": [_button(each, link) for each in buttons]}).decode()


def _button(button: Button, link: str) -> dict[str, str]:
    kind = button["type"]
    found = {
        "name": button["name"],
        "linkType": kind,
        "linkTypeName": unconfirmed.KINDS.get(kind, kind),
    }
    if kind == "WL":
        found |= dict.fromkeys(unconfirmed.WEB, button.get("url") or link)
    if kind == "AL":
        found |= {theirs: button.get(ours, "") for theirs, ours in unconfirmed.APP.items()}
    return found


def _result(row: Json) -> str:
    """Its result's code; empty while it is under way."""
    queued = str(row.get("msgid") or "").startswith(unconfirmed.QUEUED)
    return "" if queued else str(row.get("rslt") or "").strip()


def _reports(row: Json, messages: Sequence[int], otherwise: datetime) -> Iterator[Report]:
    """What a result says; nothing where it is not known, or text (`smid`) has taken over."""
    code = _result(row)
    if not code or (code not in unconfirmed.DELIVERED and row.get("smid")):
        return
    delivered = code in unconfirmed.DELIVERED
    state = State.DELIVERED if delivered else State.FAILED
    for message in messages:
        yield Report(message, state, "" if delivered else code, _date(row) or otherwise)


def _date(row: Json) -> datetime | None:
    return first_time(map(row.get, _DATES), KST)


def _comments(found: object) -> str:
    comments = found if isinstance(found, list) else []
    said = [str(each.get("content") or "") for each in comments if isinstance(each, dict)]
    return "\n".join(filter(None, said))
