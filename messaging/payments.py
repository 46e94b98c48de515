"""How points are bought: a request, its payment, and the recharge that follows (F5).

What takes the money is a `Method`. A method tells the merchant how to pay; that it was paid comes
back through `confirm`, from staff or from a payment gateway's call. Whoever confirms first adds the
points; repeated, and after a cancellation, it changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import Recharge, RechargeState
from messaging.wallets import locked_wallet, recharge
from orders.models import AuditEvent, Shop, User

# Points that one unit of the currency buys. A point is a won, so that a price in points is a price;
# a yen has been worth some ten won for years, and a fixed rate lets nobody gain by waiting. Without
# tax: whoever runs this Dangol bills that with the points.
POINTS_PER_UNIT = {"KRW": 1, "JPY": 10}
# What can be asked for at once. Steps that each currency's smallest unit pays exactly.
STEP = 1_000
LEAST = 1_000
MOST = 10_000_000
# A shop's requests that nobody has paid yet: more are a mistake.
MOST_UNPAID = 5


class CannotRequest(ValueError):
    """The shop can't ask for these points now; the text says why, for the merchant."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to pay: in words, and where a payment gateway takes over, its address."""

    text: str
    redirect: str = ""


class Method(Protocol):
    """A way to pay."""

    @property
    def label(self) -> str | Promise:
        """Its name as a merchant knows it."""

    def request(self, recharge: Recharge) -> Instructions:
        """What the merchant does next. Asked again whenever the request is shown."""

    def name(self, recharge: Recharge) -> str:
        """What the method calls this payment; kept as the request's reference."""


class BankTransfer:
    """The merchant transfers the amount, staff see it arrive and mark the request as paid."""

    label = gettext_lazy("Bank transfer")

    def request(self, recharge: Recharge) -> Instructions:
        """To which account, and what to write on the transfer."""
        values = {"account": settings.BANK_ACCOUNT, "reference": recharge.reference}
        if not settings.BANK_ACCOUNT:
            text = _("Ask whoever runs this Dangol where to pay, and name %(reference)s.")
        else:
            text = _("Transfer it to %(account)s and write %(reference)s as the sender.")
        return Instructions(text % values)

    def name(self, recharge: Recharge) -> str:
        """Short enough for a transfer's sender field: DG and the request's number."""
        return f"DG{recharge.pk}"


TRANSFER = "transfer"
METHODS: dict[str, Method] = {TRANSFER: BankTransfer()}


def amount_of(points: int, currency: str) -> int:
    """What points cost in the currency's smallest unit, without tax; part of a unit is a whole one.

    Raises CannotRequest for a currency in which none are sold.
    """
    if currency not in POINTS_PER_UNIT:
        raise CannotRequest(_("Points are not sold in this shop's currency."))
    return -(-points // POINTS_PER_UNIT[currency])


@transaction.atomic
def request_recharge(
    *, shop: Shop, points: int, user: User, now: datetime, method: str = TRANSFER
) -> Recharge:
    """Ask for points; they are there once `confirm` says that they were paid.

    Raises CannotRequest where the same number is asked for already (two clicks), or too much.
    """
    amount = amount_of(points, shop.currency)
    locked_wallet(shop)  # one request after the other
    unpaid = list(find_unpaid(shop))
    if any(each.points == points for each in unpaid):
        raise CannotRequest(_("You have asked for as many already. Pay or cancel that first."))
    if len(unpaid) >= MOST_UNPAID:
        raise CannotRequest(_("Too many requests are unpaid. Pay or cancel some first."))
    asked: Recharge = Recharge.objects.create(
        shop=shop,
        points=points,
        amount=amount,
        currency=shop.currency,
        method=method,
        requested_by=user.email,
        requested_at=now,
    )
    asked.reference = METHODS[method].name(asked)
    asked.save(update_fields=["reference"])
    _log(asked, user, "request_recharge", now)
    return asked


def find_unpaid(shop: Shop) -> list[Recharge]:
    """The requests that wait for their payment, the latest first. One query."""
    waiting = Recharge.objects.for_shop(shop).filter(state=RechargeState.REQUESTED)
    return list(waiting.order_by("-pk"))


@transaction.atomic
def confirm(*, recharge_id: int, user: User | None, now: datetime) -> bool:
    """Take a request as paid and add its points, exactly once; whether it did now.

    `user` is one of the staff, None for a payment gateway's call.
    """
    asked = _end(recharge_id, RechargeState.PAID, now)
    if asked is None:
        return False
    recharge(
        shop=asked.shop,
        points=asked.points,
        step=f"recharge:{asked.pk}",
        note=asked.reference,
        now=now,
    )
    _log(asked, user, "confirm_recharge", now)
    return True


@transaction.atomic
def cancel(*, recharge_id: int, user: User, now: datetime) -> bool:
    """Give up a request that nobody has paid; whether it did now."""
    asked = _end(recharge_id, RechargeState.CANCELLED, now)
    if asked is not None:
        _log(asked, user, "cancel_recharge", now)
    return asked is not None


def _end(pk: int, state: RechargeState, now: datetime) -> Recharge | None:
    """The request with this state, if it was waiting for its payment till now."""
    waiting = Recharge.objects.select_for_update(of=("self",)).select_related("shop")
    asked: Recharge | None = waiting.filter(pk=pk, state=RechargeState.REQUESTED).first()
    if asked is not None:
        asked.state, asked.ended_at = state, now
        asked.save(update_fields=["state", "ended_at"])
    return asked


def _log(asked: Recharge, user: User | None, action: str, now: datetime) -> None:
    about = f"recharge:{asked.pk}"
    AuditEvent.objects.create(shop=asked.shop, user=user, action=action, about=about, at=now)
