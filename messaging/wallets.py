"""What changes a wallet beside sending: recharges, corrections, the notice at low balance (F5)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from messaging.models import PointsEntry, PointsKind, Wallet
from messaging.points import NotEnough
from orders.models import AuditEvent, Shop, User


def wallet_of(shop: Shop) -> Wallet:
    """The shop's wallet; an empty one where it has none yet. Writes nothing."""
    return Wallet.objects.filter(pk=shop.pk).first() or Wallet(shop=shop)


def locked_wallet(shop: Shop) -> Wallet:
    """The shop's wallet, locked for the rest of the transaction; made where there is none yet."""
    rows = Wallet.objects.select_for_update().filter(pk=shop.pk)
    return rows.first() or _made(shop)


def _made(shop: Shop) -> Wallet:
    """The new wallet, locked; or the one that another made meanwhile."""
    Wallet.objects.bulk_create([Wallet(shop=shop)], ignore_conflicts=True)
    return Wallet.objects.select_for_update().get(pk=shop.pk)


def is_low(wallet: Wallet) -> bool:
    """Whether the owner wants to be told that so few points are available."""
    return wallet.low_at is not None and wallet.available < wallet.low_at


@transaction.atomic
def recharge(*, shop: Shop, points: int, step: str, note: str = "", now: datetime) -> bool:
    """Add points that were paid for, once for this step ("recharge:17"); whether it did now."""
    return _change(shop, points, PointsKind.RECHARGE, step=step, note=note, now=now)


@transaction.atomic
def correct(*, shop: Shop, delta: int, note: str, by: User, key: UUID, now: datetime) -> bool:
    """Add points, or take available ones away; staff alone, and on record.

    `key` is the correction's own: repeated, as by two clicks, it changes nothing and returns
    False. The merchant reads the note. Raises NotEnough where fewer are available.
    """
    step = f"correction:{key}"
    done = _change(shop, delta, PointsKind.CORRECTION, step=step, note=note, now=now)
    if done:
        about = f"points:{delta:+d}"
        AuditEvent.objects.create(
            shop=shop, user=by, action="correct_points", about=about, reason=note, at=now
        )
    return done


@transaction.atomic
def set_low_at(*, shop: Shop, user: User, low_at: int | None, now: datetime) -> None:
    """Have the owner told once fewer points are available; None: never."""
    wallet = locked_wallet(shop)
    if wallet.low_at == low_at:
        return
    wallet.low_at = low_at
    wallet.save(update_fields=["low_at"])
    about = "–" if low_at is None else str(low_at)
    AuditEvent.objects.create(shop=shop, user=user, action="set_low_points", about=about, at=now)


def _change(
    shop: Shop, delta: int, kind: PointsKind, *, step: str, note: str, now: datetime
) -> bool:
    wallet = locked_wallet(shop)
    if PointsEntry.objects.for_shop(shop).filter(step=step).exists():
        return False
    if wallet.available + delta < 0:
        raise NotEnough
    Wallet.objects.filter(pk=shop.pk).update(
        recharged=F("recharged") + delta, available=F("available") + delta
    )
    PointsEntry.objects.create(
        shop=shop, kind=kind, step=step, recharged=delta, available=delta, note=note, at=now
    )
    return True
