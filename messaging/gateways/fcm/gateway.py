"""App push through Firebase Cloud Messaging, HTTP v1: one request a message.

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send and its error codes.
FCM knows no key of ours and can't be asked after, so a batch is small.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from math import inf
from time import monotonic
from typing import Any

import orjson

from messaging.gateways.base import (
    Account,
    AccountRefused,
    AnswerLost,
    Answers,
    Busy,
    FrozenBatch,
    Letterhead,
    Outgoing,
    Provider,
    Rejected,
)
from messaging.gateways.compact import compact
from messaging.gateways.fcm.account import FcmForm
from messaging.gateways.fcm.account import token_uri as default_token_uri
from messaging.gateways.fcm.results import End, Ended, answers, word
from messaging.gateways.fcm.tokens import Tokens
from messaging.gateways.http import JsonClient, Patience
from messaging.models import Channel

URL = "https://fcm.googleapis.com"
# What FCM says of a token, once it has found that the account may send.
ABOUT_THE_TOKEN = {"INVALID_ARGUMENT", "UNREGISTERED", "SENDER_ID_MISMATCH"}
LONGEST = 4096  # bytes of a notification and its data
AT_ONCE = 4
# Of one message; each is begun within the first seconds of its batch.
_PATIENCE = Patience(connect=5, silence=15, whole=20)
_BEGINS = 35.0
# Nobody has this token: with `validate_only` it shows whether the account may send.
_NOBODY = {"message": {"token": "nobody", "notification": {"title": "-"}}, "validate_only": True}


class Fcm(Provider):
    """Sends a batch's messages over a few kept connections.

    `url` and `token_uri` are Google's, unless a stand-in or a proxy is named.
    """

    label = "Firebase Cloud Messaging"
    channels = frozenset({Channel.PUSH})
    account_form = FcmForm
    batch_size = 20
    remembers = timedelta(0)
    can_ask = False
    inspects_templates = False

    def __init__(
        self,
        url: str = "",
        token_uri: str = "",
        *,
        patience: Patience = _PATIENCE,
        begins: float = _BEGINS,
    ) -> None:
        self._client = JsonClient(url or URL, patience=patience, word=word)
        self._tokens = Tokens(token_uri or default_token_uri())
        self.hands_over_for = timedelta(seconds=begins)

    def compose(self, messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
        """Each message's body; an empty one stands for what is too long."""
        return compact([(m.id, _body(m)) for m in messages])

    def send(self, batch: FrozenBatch) -> Answers:
        """Send what is not too long. Raises AccountRefused or Busy where nothing was taken."""
        latest = monotonic() + self.hands_over_for.total_seconds()
        bodies: list[tuple[int, str]] = orjson.loads(batch.payload)
        key = batch.account["service_account"]
        self._tokens.token(key)  # without one, nothing is begun
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ends = pool.map(lambda each: self._send_one(key, each[1], latest), bodies)
            return answers({pk: end for (pk, _body), end in zip(bodies, ends, strict=True)})

    def check(self, account: Account) -> None:
        """Have a message to nobody looked at, and not sent."""
        key = account["service_account"]
        self._tokens.forget(key)
        end = self._post(key, compact(_NOBODY))
        if end.how != Ended.SENT and end.code not in ABOUT_THE_TOKEN:
            # A project that is not there is as wrong as a key that may not send.
            wrong = end.how in (Ended.REFUSED, Ended.FAILED)
            raise (AccountRefused if wrong else Busy)(end.code)

    def ask(self, batch: FrozenBatch) -> Answers:
        """FCM tells nothing of single messages afterwards."""
        raise NotImplementedError

    def _send_one(self, key: str, body: str, latest: float) -> End:
        if not body:
            return End(Ended.FAILED, "too-long")
        content = body.encode()
        end = self._post(key, content, latest)
        # The token may have been taken back before its time: once with a new one.
        return self._post(key, content, latest) if end.code == "UNAUTHENTICATED" else end

    def _post(self, key: str, body: bytes, latest: float = inf) -> End:
        """One request, begun by `latest` (monotonic), and what its end means."""
        token = ""
        path = f"/v1/projects/{orjson.loads(key)['project_id']}/messages:send"
        try:
            token = self._tokens.token(key)
            if monotonic() > latest:
                return End(Ended.AGAIN, "too-slow")
            self._client.post(path, body, {"Authorization": f"Bearer {token}"})
        except (Rejected, Busy, AnswerLost) as error:
            if error.code == "UNAUTHENTICATED":
                self._tokens.forget(key, token)
            return End.of(error)
        return End(Ended.SENT)


def _body(message: Outgoing) -> str:
    """The request for one message, or nothing where FCM would refuse it for its length."""
    content: dict[str, Any] = {
        "notification": {"title": message.title, "body": message.text},
        "data": {"link": message.link, "message": str(message.id)},
    }
    if len(compact(content)) > LONGEST:
        return ""
    return compact({"message": {"token": message.address, **content}}).decode()
