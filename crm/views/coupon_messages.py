"""The coupon messages' settings, their preview and forecast, the switches, and the test send."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.campaigns.coupon_messages import forecast
from crm.campaigns.coupon_messages import status as reading
from crm.campaigns.coupon_messages.settings import set_expiry_time, set_wording, settings_of, switch
from crm.campaigns.coupon_messages.trial_progress import find_test, progress
from crm.campaigns.coupon_messages.trials import send_test
from crm.forms.coupon_messages import CouponMessagesForm, TestSendForm
from crm.mending import left_out
from crm.models import CouponMessageSettings, CouponOverride, Kind
from crm.needs import needs_of
from crm.tasks import send_soon
from messaging.preview import bubble
from messaging.templates import check_in_use
from orders.access import ShopRequest, console
from orders.models import Role

PAGE = "crm/coupon_messages.html"
ASK = "crm/coupon_messages_ask.html"
FORECAST = "crm/coupon_messages_forecast.html"
reads_or_posts = require_http_methods(["GET", "HEAD", "POST"])


@console(Role.VIEWER)
@reads_or_posts
def coupon_messages(request: ShopRequest) -> HttpResponse:
    """Everybody reads; a manager chooses wording and time."""
    may_edit = request.membership.may(Role.MANAGER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    settings = _settings(request)
    form = CouponMessagesForm(request.POST or None, settings=settings, editable=may_edit)
    if request.method == "POST" and form.is_valid() and _saved(request, settings, form):
        messages.success(request, _("Saved. Messages planned from now on follow it."))
        return redirect("crm:coupon_messages")
    context = {
        **_live(settings, form),
        "kinds": [_kind(settings, kind, form, may_edit) for kind in Kind],
        "overrides": CouponOverride.objects.filter(coupon__shop=request.shop).count(),
        "sending": settings.shop.sending,
        "may_edit": may_edit,
    }
    return render(request, PAGE, context, status=422 if form.is_bound else 200)


@console(Role.MANAGER)
@require_POST
def coupon_messages_live(request: ShopRequest) -> HttpResponse:
    """The bubbles, and the window of the time of day, for what is being chosen."""
    settings = _settings(request)
    form = CouponMessagesForm(request.POST, settings=settings)
    context = {**_live(settings, form), "live": True}
    return render(request, "crm/coupon_messages_live.html", context)


@console(Role.VIEWER)
@require_safe
def coupon_messages_forecast(request: ShopRequest, kind: str) -> HttpResponse:
    """What the next tick would do; counting takes a moment, so the page asks for it by itself."""
    settings = _settings(request)
    context = _forecast(settings, _known(kind))
    return render(request, FORECAST if request.htmx else ASK, context)


@console(Role.MANAGER)
@reads_or_posts
def coupon_messages_switch(request: ShopRequest, kind: str) -> HttpResponse:
    """Asks with the forecast before turning on (A10); turns on or off on confirming."""
    settings, found = _settings(request), _known(kind)
    if request.POST.get("on") not in ("yes", "no"):
        wrong = _why_not(settings, found)
        context = {**_forecast(settings, found), "asks": not wrong, "wrong": wrong}
        return render(request, f"{ASK}#dialog" if request.htmx else ASK, context)
    on = request.POST["on"] == "yes"
    try:
        switch(settings=settings, kind=found, on=on, since=timezone.now(), user=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _said(found, on))
    if not request.htmx:
        return redirect("crm:coupon_messages")
    form = CouponMessagesForm(settings=settings)
    context = {"one": _kind(settings, found, form, True), "sending": settings.shop.sending}
    response = render(request, "crm/coupon_messages_switched.html", context)
    response["HX-Trigger"] = "close-dialog"
    return response


@console(Role.MANAGER)
@reads_or_posts
def coupon_messages_test(request: ShopRequest) -> HttpResponse:
    """Sends a test to the number that is typed in (A8)."""
    form = TestSendForm(request.POST or None)
    settings = _settings(request)
    pk = _send_test(settings, form) if request.method == "POST" and form.is_valid() else None
    if pk is not None and not request.htmx:
        return redirect("crm:coupon_messages_test_sent", pk)
    if pk is not None:
        return _test_sent(request, pk, part="#dialog")
    name = "crm/coupon_messages_test.html" + ("#dialog" if request.htmx else "")
    context = {"form": form, "sending": settings.shop.sending}
    return render(request, name, context, status=422 if form.is_bound else 200)


@console(Role.MANAGER)
@require_safe
def coupon_messages_test_sent(request: ShopRequest, pk: int) -> HttpResponse:
    """Where a test is; asked again every second until it has arrived or nobody sends it."""
    return _test_sent(request, pk, part="#progress" if request.htmx else "")


def _settings(request: ShopRequest) -> CouponMessageSettings:
    try:
        return settings_of(request.shop)
    except CouponMessageSettings.DoesNotExist:
        raise Http404 from None


def _known(kind: str) -> Kind:
    if kind not in Kind.values:
        raise Http404
    return Kind(kind)


def _saved(request: ShopRequest, settings: CouponMessageSettings, form: CouponMessagesForm) -> bool:
    """Whether it could be saved; if not, the form says why."""
    try:
        _save(request, settings, form)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@transaction.atomic
def _save(request: ShopRequest, settings: CouponMessageSettings, form: CouponMessagesForm) -> None:
    chosen, now = form.cleaned_data, timezone.now()
    set_wording(
        settings=settings,
        issue_template=chosen["issue_template"],
        expiry_template=chosen["expiry_template"],
        advertising_template=chosen["advertising_template"],
        url=chosen["url"],
        now=now,
        user=request.user,
    )
    set_expiry_time(settings=settings, at=chosen["expiry_time"], now=now, user=request.user)


def _kind(
    settings: CouponMessageSettings, kind: Kind, form: CouponMessagesForm, may_edit: bool
) -> dict[str, Any]:
    """One message's card."""
    field = "issue_template" if kind == Kind.ISSUED else "expiry_template"
    return {
        "kind": kind,
        "is_issue": kind == Kind.ISSUED,
        "status": reading.status(settings, kind, timezone.now()),
        "field": form[field],
        "may_edit": may_edit,
    }


def _live(settings: CouponMessageSettings, form: CouponMessagesForm) -> dict[str, Any]:
    """What changes as one chooses."""
    now = timezone.now()
    values, real = reading.example(settings, now)
    url = form.chosen_url()
    previews = [(kind, bubble(form.chosen_template(kind), values, now, url=url)) for kind in Kind]
    window = reading.next_window(settings, form.chosen_time(), now)
    chosen = form.chosen_advertising()
    return {
        "form": form,
        "previews": previews,
        "real": real,
        "window": window,
        "advertising": chosen,
        "advertised": bubble(chosen, values, now, url=url),
        "needs": needs_of(chosen, now) if chosen else [],
    }


def _forecast(settings: CouponMessageSettings, kind: Kind) -> dict[str, Any]:
    now = timezone.now()
    found = forecast(settings, kind, now)
    return {
        "kind": kind,
        "is_issue": kind == Kind.ISSUED,
        "on": settings.since(kind) is not None,
        "forecast": found,
        "ends_at": found.starts_at + found.takes,
        "left_out": left_out((line.reason, line.messages) for line in found.left_out),
        "sending": settings.shop.sending,
    }


def _why_not(settings: CouponMessageSettings, kind: Kind) -> str:
    """Why the message can't be turned on; empty where it can."""
    try:
        check_in_use(settings.template(kind))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _said(kind: Kind, on: bool) -> str:
    if on and kind == Kind.ISSUED:
        return _("The issue message is on.")
    if on:
        return _("The expiry message is on.")
    if kind == Kind.ISSUED:
        return _("The issue message is off. What is planned already still goes out.")
    return _("The expiry message is off. What is planned already still goes out.")


def _send_test(settings: CouponMessageSettings, form: TestSendForm) -> int | None:
    """The test message's id; None where it can't be sent, and the form says why."""
    kind, phone = Kind(form.cleaned_data["kind"]), form.cleaned_data["phone"]
    try:
        message = send_test(settings=settings, kind=kind, phone=phone, now=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return None
    send_soon()
    return message.pk


def _test_sent(request: ShopRequest, pk: int, part: str) -> HttpResponse:
    message = find_test(request.shop, pk)
    if message is None:
        raise Http404
    context = {"test": progress(message, timezone.now())}
    return render(request, "crm/coupon_messages_test_sent.html" + part, context)
