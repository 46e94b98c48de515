"""Keys with which a shop's own site asks the API: made, shown once, found by hash, revoked."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import ApiKey, AuditEvent, Shop, User

MOST_KEYS = 10  # in use at a time
_MARK = "dgl_"  # so that whoever finds one in the open can tell what it is
_BEGINS = 12  # letters that people tell keys apart by
_LONGEST = 100


@transaction.atomic
def make_key(*, shop: Shop, user: User | None, now: datetime) -> str:
    """A new key of the shop. It is in no table: who loses it makes another one.

    Raises ValidationError where the shop has `MOST_KEYS` in use. `user` is who asked for it; None
    for a command.
    """
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    if len(keys_in_use(shop)) >= MOST_KEYS:
        raise ValidationError(
            _("A shop has at most %(most)s keys. Revoke one that is not used any more.")
            % {"most": MOST_KEYS}
        )
    text = _MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(shop=shop, hash=_hash(text), begins=text[:_BEGINS], created_at=now)
    _record(key, user, "api_key_made", now)
    return text


@transaction.atomic
def revoke_key(*, key: ApiKey, user: User, now: datetime) -> bool:
    """End a key at once; returns whether it was in use."""
    ended = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
    if ended:
        _record(key, user, "api_key_revoked", now)
    return bool(ended)


def find_key(text: str) -> ApiKey | None:
    """The key in use that was given out as this text, with its shop. One query."""
    if len(text) > _LONGEST:
        return None
    keys = ApiKey.objects.filter(revoked_at=None).select_related("shop")
    return keys.filter(hash=_hash(text)).first()


def keys_in_use(shop: Shop) -> list[ApiKey]:
    """The shop's keys that open something, the newest first."""
    return list(ApiKey.objects.for_shop(shop).filter(revoked_at=None).order_by("-pk"))


def _hash(text: str) -> str:
    # A key is 256 random bits, so nothing slow is needed to keep it from being guessed.
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _record(key: ApiKey, user: User | None, action: str, now: datetime) -> None:
    AuditEvent.objects.create(
        shop=key.shop, user=user, action=action, about=f"api_key:{key.pk}", at=now
    )
