"""Sending connections: how each channel stands, and whom it goes through."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.accounts import readable
from messaging.checking import NoAnswer, try_account, words
from messaging.connections import (
    Connection,
    Standing,
    check_connection,
    connection,
    connections,
    disconnect,
    hook_address,
    keep_check,
    providers_for,
    save_connection,
)
from messaging.forms.gateways import account_form, account_values
from messaging.gateways import PHONE, PROVIDERS, Account, AccountForm
from messaging.models import Channel, SendingSettings
from messaging.sender_numbers import ask_provider, keeper, number_in_use
from orders.access import ShopRequest, console
from orders.models import Role

reads_or_posts = require_http_methods(["GET", "HEAD", "POST"])


@console(Role.VIEWER)
@require_safe
def gateways(request: ShopRequest) -> HttpResponse:
    """The five channels as they stand."""
    found = connections(request.shop, timezone.now())
    text = next(one for one in found if one.channel == Channel.TEXT)
    context = {
        "connections": found,
        "number": number_in_use(request.shop),
        "number_missing": text.is_real and number_in_use(request.shop) is None,
        "opt_out_number": _opt_out_number(request),
        "may_edit": request.membership.may(Role.OWNER),
    }
    return render(request, "messaging/gateways.html", context)


@console(Role.VIEWER)
@reads_or_posts
def gateway(request: ShopRequest, channel: str) -> HttpResponse:
    """Everybody sees how it stands; the owner connects it. Nothing is saved that does not work."""
    found = _connection(request, channel)
    may_edit = request.membership.may(Role.OWNER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    chosen = _chosen(request, found) if may_edit else ""
    form = _form(request, found, chosen) if chosen else None
    wrong = ""
    if request.method == "POST" and form and form.is_valid():
        wrong = _save(request, found, chosen, account_values(form))
        if not wrong:
            return redirect("messaging:gateway", found.channel)
    context = {
        **_standing(found),
        "providers": [(name, one.label) for name, one in providers_for(found.channel).items()],
        "chosen": chosen,
        "form": form,
        "wrong": wrong,
        "may_edit": may_edit,
    }
    status = 422 if form and form.is_bound else 200
    return render(request, "messaging/gateway.html", context, status=status)


@console(Role.OWNER)
@require_POST
def gateway_check(request: ShopRequest, channel: str) -> HttpResponse:
    """Try what is saved, sending nothing to anybody."""
    found = _connection(request, channel)
    if found.gateway and found.provider:
        code = check_connection(gateway=found.gateway, now=timezone.now())
        if code:
            messages.error(request, words(code))
        else:
            messages.success(request, _("It works."))
    return redirect("messaging:gateway", found.channel)


@console(Role.OWNER)
@require_POST
def gateway_phone(request: ShopRequest, channel: str) -> HttpResponse:
    """Back to the built-in phone."""
    found = _connection(request, channel)
    if not _saved(request, found, PHONE, {}):
        _tell(request, found, _("Messages arrive on the built-in phone now."))
    return redirect("messaging:gateway", found.channel)


@console(Role.OWNER)
@require_POST
def gateway_disconnect(request: ShopRequest, channel: str) -> HttpResponse:
    """Let nothing go by this channel any more."""
    found = _connection(request, channel)
    try:
        left_out = disconnect(
            shop=request.shop, user=request.user, channel=found.channel, now=timezone.now()
        )
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        said = ngettext(
            "Disconnected. %(n)s message that waited was left out.",
            "Disconnected. %(n)s messages that waited were left out.",
            left_out,
        )
        messages.warning(request, said % {"n": left_out} if left_out else _("Disconnected."))
    return redirect("messaging:gateway", found.channel)


def _connection(request: ShopRequest, channel: str) -> Connection:
    if channel not in Channel.values:
        raise Http404
    return connection(request.shop, Channel(channel), timezone.now())


def _chosen(request: ShopRequest, found: Connection) -> str:
    """The provider whose form is shown: the one asked for, else the one in use, else the only.

    Only one that does this channel can be posted to.
    """
    offered = list(providers_for(found.channel))
    if request.method == "POST":
        if request.POST.get("provider") not in offered:
            raise Http404
        return request.POST["provider"]
    asked = request.GET.get("provider", "")
    in_use = found.gateway.provider if found.gateway else ""
    only = offered[0] if len(offered) == 1 else ""
    return next((name for name in (asked, in_use, only) if name in offered), "")


def _form(request: ShopRequest, found: Connection, chosen: str) -> AccountForm:
    own = found.gateway if found.gateway and found.gateway.provider == chosen else None
    data = request.POST.dict() if request.method == "POST" else None
    saved = readable(own.account) if own else {}
    return account_form(PROVIDERS[chosen], found.channel, saved, data)


def _save(request: ShopRequest, found: Connection, provider: str, account: Account) -> str:
    """Try the account and save it; why it could not be, in words, or nothing."""
    code = try_account(PROVIDERS[provider], account)
    if code and not request.POST.get("anyway"):
        return words(code)
    if wrong := _saved(request, found, provider, account, code):
        return wrong
    if code:
        messages.warning(request, _("Saved, but the check failed: %(why)s") % {"why": words(code)})
    else:
        _tell(request, found, _("Connected and checked. Messages go this way from now on."))
    return ""


def _tell(request: ShopRequest, found: Connection, done: str) -> None:
    """Say what was done; by a channel that staff have closed nothing goes out (F11)."""
    if found.standing == Standing.CLOSED:
        saved = _("Saved. The platform has closed this channel for your shop, so nothing goes out.")
        messages.warning(request, saved)
    else:
        messages.success(request, done)


def _saved(
    request: ShopRequest, found: Connection, provider: str, account: Account, code: str = ""
) -> str:
    now = timezone.now()
    try:
        gateway = save_connection(
            shop=request.shop,
            user=request.user,
            channel=found.channel,
            provider=provider,
            account=account,
            now=now,
        )
    except ValidationError as error:
        messages.error(request, error.message)
        return str(error.message)
    if provider != PHONE:
        keep_check(gateway, code, now)
    if not code and found.channel == Channel.TEXT and keeper(request.shop, now):
        _ask_for_numbers(request)
    return ""


def _ask_for_numbers(request: ShopRequest) -> None:
    try:
        ask_provider(shop=request.shop, now=timezone.now())
    except NoAnswer as error:
        messages.warning(request, words(error.code))


def _standing(found: Connection) -> dict[str, Any]:
    """What the page says of the connection as it is."""
    path = hook_address(found.gateway) if found.gateway else ""
    return {
        "connection": found,
        "gateway": found.gateway,
        "hook": f"{settings.BASE_URL}{path}" if path else "",
        "check_words": words(found.gateway.check_error)
        if found.gateway and found.gateway.check_error
        else "",
        "is_phone": found.gateway is not None and found.gateway.provider == PHONE,
        "is_alimtalk": found.channel == Channel.ALIMTALK,
        "is_text": found.channel == Channel.TEXT,
    }


def _opt_out_number(request: ShopRequest) -> str:
    sending = SendingSettings.objects.filter(shop=request.shop).first()
    return sending.opt_out_number if sending else ""
