"""The numbers that texts come from, and the 080 number by which people refuse advertising."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from messaging import sender_numbers as numbers
from messaging.checking import NoAnswer, words
from messaging.connections import connection
from messaging.forms.gateways import OptOutNumberForm, SenderNumberForm
from messaging.models import Channel, SenderNumber, SendingSettings
from orders.access import ShopRequest, console
from orders.models import Role

reads_or_posts = require_http_methods(["GET", "HEAD", "POST"])


@console(Role.VIEWER)
@reads_or_posts
def sender_numbers(request: ShopRequest) -> HttpResponse:
    """Everybody reads; the owner adds one."""
    may_edit = request.membership.may(Role.OWNER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    form = SenderNumberForm(request.POST or None, shop=request.shop, use_required_attribute=False)
    if request.method == "POST" and form.is_valid() and _add(request, form):
        return redirect("messaging:sender_numbers")
    text = connection(request.shop, Channel.TEXT, timezone.now())
    context = {
        "numbers": SenderNumber.objects.for_shop(request.shop).order_by("-in_use", "number"),
        "form": form,
        "text": text,
        "keeper": numbers.keeper(request.shop, timezone.now()),
        "may_edit": may_edit,
    }
    status = 422 if form.is_bound else 200
    return render(request, "messaging/sender_numbers.html", context, status=status)


def _add(request: ShopRequest, form: SenderNumberForm) -> bool:
    try:
        numbers.add_number(
            shop=request.shop,
            user=request.user,
            number=form.cleaned_data["number"],
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error("number", error)
        return False
    if numbers.keeper(request.shop, timezone.now()):
        _ask(request)
    else:
        messages.success(
            request, _("Noted. Staff confirm it once they have seen that it is yours.")
        )
    return True


@console(Role.OWNER)
@require_POST
def sender_numbers_ask(request: ShopRequest) -> HttpResponse:
    """Ask the provider which numbers are registered."""
    _ask(request)
    return redirect("messaging:sender_numbers")


def _ask(request: ShopRequest) -> None:
    try:
        numbers.ask_provider(shop=request.shop, now=timezone.now())
    except NoAnswer as error:
        messages.error(request, words(error.code))
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Asked. The list is as the provider has it now."))


@console(Role.OWNER)
@require_POST
def sender_number_use(request: ShopRequest, pk: int) -> HttpResponse:
    """Let texts come from it."""
    found = _number(request, pk)
    try:
        numbers.use_number(number=found, user=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Texts come from this number now."))
    return redirect("messaging:sender_numbers")


@console(Role.OWNER)
@require_POST
def sender_number_remove(request: ShopRequest, pk: int) -> HttpResponse:
    """Take it off the list."""
    found = _number(request, pk)
    try:
        numbers.remove_number(number=found, user=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Removed."))
    return redirect("messaging:sender_numbers")


@console(Role.VIEWER)
@reads_or_posts
def opt_out_number(request: ShopRequest) -> HttpResponse:
    """Everybody reads; the owner sets the 080 number."""
    may_edit = request.membership.may(Role.OWNER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    sending = SendingSettings.objects.filter(shop=request.shop).first()
    initial: dict[str, Any] = {"number": sending.opt_out_number if sending else ""}
    form = OptOutNumberForm(request.POST or None, initial=initial)
    form.fields["number"].disabled = not may_edit
    if request.method == "POST" and form.is_valid():
        numbers.set_opt_out_number(
            shop=request.shop,
            user=request.user,
            number=form.cleaned_data["number"],
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect("messaging:opt_out_number")
    context = {"form": form, "number": initial["number"], "may_edit": may_edit}
    status = 422 if form.is_bound else 200
    return render(request, "messaging/opt_out_number.html", context, status=status)


def _number(request: ShopRequest, pk: int) -> SenderNumber:
    found: SenderNumber = get_object_or_404(SenderNumber.objects.for_shop(request.shop), pk=pk)
    return found
