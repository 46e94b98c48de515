"""Bearer tokens of service accounts (RFC 7523), each fetched once until it ends.

google-auth signs; the call is made by our own client, which keeps to deadlines and repeats nothing.
"""

import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from urllib.parse import urlencode

from google.auth import crypt, jwt

from messaging.gateways.base import AccountRefused, AnswerLost, Busy, Rejected
from messaging.gateways.http import Json, JsonClient, Patience

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE = 3600  # seconds that are asked for
_EARLY = 300  # seconds before its end that a token is not used any more
_PATIENCE = Patience(connect=5, silence=8, whole=10)
LONGEST = _PATIENCE.connect + _PATIENCE.whole  # seconds that fetching takes


@dataclass(slots=True)
class _Held:
    """An account's token and its end (monotonic), refreshed by one thread at a time."""

    lock: Lock = field(default_factory=Lock)
    token: str = field(default="", repr=False)
    ends: float = 0


class Tokens:
    """The tokens of all accounts, from one place."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._client = JsonClient(uri, patience=_PATIENCE, word=_word)
        self._held: defaultdict[bytes, _Held] = defaultdict(_Held)
        self._lock = Lock()

    def token(self, key: str) -> str:
        """A token for that service account's key (its JSON). Raises AccountRefused or Busy."""
        held = self._of(key)
        # Whoever is fetching it may be about to fail, and so may each who waits behind.
        if not held.lock.acquire(timeout=LONGEST):
            raise Busy("no-token")
        try:
            if time.monotonic() >= held.ends:
                held.token, life = self._fetch(json.loads(key))
                held.ends = time.monotonic() + life - _EARLY
            return held.token
        finally:
            held.lock.release()

    def forget(self, key: str, token: str = "") -> None:
        """That token was refused, or any is to be proved: the next one is a new one."""
        held = self._of(key)
        with held.lock:
            if token in ("", held.token):
                held.ends = 0

    def _of(self, key: str) -> _Held:
        with self._lock:
            return self._held[sha256(key.encode()).digest()]

    def _fetch(self, account: dict[str, str]) -> tuple[str, float]:
        """A new token, and for how many seconds it is good."""
        form = urlencode({"grant_type": _GRANT, "assertion": self._assertion(account)})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            said = self._client.post("", form.encode(), kind)
            return str(said["access_token"]), float(said["expires_in"])
        except Rejected as error:
            raise AccountRefused(error.code) from error
        except (AnswerLost, KeyError, TypeError, ValueError) as error:
            raise Busy("no-token") from error

    def _assertion(self, account: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": account["client_email"],
            "scope": SCOPE,
            "aud": self._uri,
            "iat": now,
            "exp": now + _LIFE,
        }
        try:
            signer = crypt.RSASigner.from_string(
                account["private_key"], account.get("private_key_id")
            )
            assertion: bytes = jwt.encode(signer, claims)
        except Exception:  # the libraries below have no common error, and theirs may hold the key
            raise AccountRefused("bad-key") from None
        return assertion.decode()


def _word(answer: Json) -> str:
    """OAuth's own word (RFC 6749, 5.2)."""
    return str(answer.get("error", ""))[:40]
