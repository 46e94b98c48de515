"""The page of points: the balance, what it was spent on, and how to get more."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from messaging import payments
from messaging.forms.points import LowPointsForm, RechargeForm
from messaging.ledger import find_page, spent_this_month
from messaging.models import Recharge, Service
from messaging.payments import METHODS, CannotRequest, find_unpaid
from messaging.points import prices
from messaging.wallets import is_low, set_low_at, wallet_of
from orders.access import ShopRequest, console, read_key
from orders.models import Role


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A request under way, and how to pay it."""

    recharge: Recharge
    method: str
    instructions: payments.Instructions

    @classmethod
    def of(cls, recharge: Recharge) -> "Unpaid":
        """What the request's method says of it."""
        method = METHODS[recharge.method]
        return cls(recharge, str(method.label), method.request(recharge))


@console(Role.VIEWER)
@require_safe
def points(request: ShopRequest) -> HttpResponse:
    """Everybody reads; the owner may ask for points and set the notice (F5)."""
    return _page(request)


@console(Role.OWNER)
@require_POST
def request_recharge(request: ShopRequest) -> HttpResponse:
    """Ask for points; they come once they are paid."""
    form = RechargeForm(request.POST)
    if not form.is_valid():
        return _page(request, recharge_form=form)
    try:
        asked = payments.request_recharge(
            shop=request.shop,
            points=form.cleaned_data["points"],
            user=request.user,
            now=timezone.now(),
        )
    except CannotRequest as refused:
        form.add_error("points", str(refused))
        return _page(request, recharge_form=form)
    if elsewhere := Unpaid.of(asked).instructions.redirect:
        return redirect(elsewhere)
    messages.success(request, _("Noted. The points are there as soon as the payment has arrived."))
    return redirect("messaging:points")


@console(Role.OWNER)
@require_POST
def cancel_recharge(request: ShopRequest, pk: int) -> HttpResponse:
    """Give up a request that nobody has paid."""
    asked = get_object_or_404(Recharge.objects.for_shop(request.shop), pk=pk)
    if payments.cancel(recharge_id=asked.pk, user=request.user, now=timezone.now()):
        messages.success(request, _("Cancelled. Please don't pay it any more."))
    else:
        messages.warning(request, _("It was paid or cancelled before."))
    return redirect("messaging:points")


@console(Role.OWNER)
@require_POST
def low_points(request: ShopRequest) -> HttpResponse:
    """Set below how many points the owner is told."""
    form = LowPointsForm(request.POST, wallet=wallet_of(request.shop))
    if not form.is_valid():
        return _page(request, low_form=form)
    set_low_at(
        shop=request.shop,
        user=request.user,
        low_at=form.cleaned_data["low_at"],
        now=timezone.now(),
    )
    messages.success(request, _("Saved."))
    return redirect("messaging:points")


def _page(
    request: ShopRequest,
    *,
    recharge_form: RechargeForm | None = None,
    low_form: LowPointsForm | None = None,
) -> HttpResponse:
    now, shop, wallet = timezone.now(), request.shop, wallet_of(request.shop)
    today = prices()
    context: dict[str, Any] = {
        "wallet": wallet,
        "is_low": is_low(wallet),
        "spent": spent_this_month(shop, now),
        "prices": [(service.label, today[service]) for service in Service],
        "unpaid": [Unpaid.of(each) for each in find_unpaid(shop)],
        "per_unit": payments.POINTS_PER_UNIT.get(shop.currency),
        "page": find_page(
            shop=shop,
            older=read_key(request.GET.get("older", "")),
            newer=read_key(request.GET.get("newer", "")),
        ),
        "recharge_form": recharge_form or RechargeForm(),
        "low_form": low_form or LowPointsForm(wallet=wallet),
        "is_owner": request.membership.may(Role.OWNER),
    }
    return render(
        request, "messaging/points.html", context, status=422 if recharge_form or low_form else 200
    )
