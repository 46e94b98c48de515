"""Google on loopback: its token endpoint and FCM's HTTP v1, strict about every field."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from tests.providers.loopback import Stand, WrongError, told
from tests.standin.desk import Request, Response

PROJECT, EMAIL = "spring-shop", "crm@spring-shop.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST = 4096
_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
# What FCM says, its status, and what Google's own word is there.
ERRORS = {
    "UNREGISTERED": (404, "NOT_FOUND"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED"),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL"),
}
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key(key: rsa.RSAPrivateKey = _KEY) -> str:
    """As it stands in the file that Google hands out."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def service_account(**changes: str) -> str:
    """That file."""
    usual = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "k-1",
        "private_key": private_key(),
        "client_email": EMAIL,
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(usual | changes)


class Google(Stand):
    """`answers` are what is said to a push token; `taken` the messages that were sent, by token."""

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.answers = dict(answers or {})
        self.taken: dict[str, dict[str, Any]] = {}
        self.tokens = 0
        self.life = 3600
        self.good: set[str] = set()
        self.retry_after = 0.0
        # The address of the token endpoint, which an assertion must be for.
        self.audience = ""

    def route(self, request: Request) -> Response:
        """The right answer. Raises WrongError."""
        if request.method != "POST":
            raise WrongError("METHOD", request.method)
        if request.target == "/token":
            return self._give_token(request)
        if request.target == f"/v1/projects/{PROJECT}/messages:send":
            return self._send(request)
        return self._no("NOT_FOUND", 404, "")

    def refusal(self, error: WrongError) -> Response:
        """What no client may send."""
        return self._no("INVALID_ARGUMENT", 400, "INVALID_ARGUMENT")

    def _give_token(self, request: Request) -> Response:
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            raise WrongError("content-type", request.headers.get("content-type", ""))
        form = parse_qs(request.body.decode(), strict_parsing=True)
        if form.keys() != {"grant_type", "assertion"} or form["grant_type"] != [GRANT]:
            raise WrongError("form", str(form))
        try:
            claims = jwt.decode(form["assertion"][0], certs=_public_key(), audience=self.audience)
        except Exception:  # whatever is wrong with it, it is no good
            return told({"error": "invalid_grant"}, 400)
        now = time.time()
        right = claims["iss"] == EMAIL and claims["scope"] == SCOPE
        if not (right and 0 < claims["exp"] - now <= 3600):
            return told({"error": "invalid_grant"}, 400)
        self.tokens += 1
        token = f"ya29.{self.tokens}"
        self.good.add(token)
        return told({"access_token": token, "expires_in": self.life, "token_type": "Bearer"})

    def _send(self, request: Request) -> Response:
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.good:
            return self._no("UNAUTHENTICATED", 401, "")
        content = json.loads(request.body)
        message = _checked(content)
        to = message["token"]
        if to in self.answers:
            code = self.answers[to]
            status, google = ERRORS.get(code, (403, code))
            return self._no(google, status, code if code in ERRORS else "")
        if "validate_only" not in content:
            self._keep(message)
        return told({"name": f"projects/{PROJECT}/messages/{len(self.taken)}"})

    def _keep(self, message: dict[str, Any]) -> None:
        if message["token"] in self.taken:
            raise WrongError("TWICE", message["token"])
        self.taken[message["token"]] = message

    def _no(self, status_word: str, status: int, code: str) -> Response:
        details = [{"@type": _FCM_ERROR, "errorCode": code}] if code else []
        error = {"code": status, "status": status_word, "message": "no", "details": details}
        body = json.dumps({"error": error}).encode()
        return Response(status, body, retry_after=self.retry_after)


def _public_key() -> bytes:
    return _KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _checked(content: Any) -> dict[str, Any]:
    """The message of a request, every field of it known and of its type."""
    _fields("request", content, {"message": dict}, {"validate_only": bool})
    message: dict[str, Any] = content["message"]
    _fields("message", message, {"token": str, "notification": dict}, {"data": dict})
    _fields("notification", message["notification"], {"title": str}, {"body": str, "image": str})
    data = message.get("data", {})
    if not all(isinstance(value, str) for value in data.values()):
        raise WrongError("data", str(data))
    rest = {name: value for name, value in message.items() if name != "token"}
    if len(json.dumps(rest, ensure_ascii=False, separators=(",", ":")).encode()) > LONGEST:
        raise WrongError("too long", "message")
    return message


def _fields(where: str, found: Any, needed: Mapping[str, type], other: Mapping[str, type]) -> None:
    known = {**needed, **other}
    if not isinstance(found, dict) or not needed.keys() <= found.keys() <= known.keys():
        raise WrongError(where, str(found))
    for name, value in found.items():
        if not isinstance(value, known[name]):
            raise WrongError(f"{where}.{name}", repr(value))
