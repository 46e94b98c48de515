"""Consents: the notices that the law asks for, who agreed to what, and what staff is told."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm import consents as reading
from crm.campaigns.consent_notices import forecast
from crm.campaigns.consent_notices.candidates import reconfirm_years
from crm.campaigns.consent_notices.reading import obstacle, settings_of
from crm.campaigns.consent_notices.settings import check_template, set_template, switch
from crm.forms.consents import ConsentNoticesForm, RecordConsentForm
from crm.mending import left_out
from crm.models import ConsentNoticeSettings, Due, Job, NoticeKind
from messaging.models import Topic
from messaging.preview import bubble, sample_values
from orders.access import ShopRequest, console
from orders.models import ConsentKind, Customer, Role

reads_or_posts = require_http_methods(["GET", "HEAD", "POST"])


@console(Role.VIEWER)
@reads_or_posts
def consents(request: ShopRequest) -> HttpResponse:
    """Everybody reads; a manager chooses the template."""
    may_edit = request.membership.may(Role.MANAGER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    settings, now = settings_of(request.shop), timezone.now()
    form = ConsentNoticesForm(request.POST or None, settings=settings, editable=may_edit)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, _("Saved. Notices planned from now on follow it."))
        return redirect("crm:consents")
    template = settings.template
    held_back = (
        left_out([(reason, 0)])[0] if template and (reason := obstacle(template, now)) else None
    )
    due = Due.objects.filter(shop=request.shop, job=Job.CONSENTS).first()
    context = {
        "form": form,
        "kinds": [_kind(settings, kind, may_edit) for kind in NoticeKind],
        "counts": reading.counts(request.shop),
        "next_at": due.next_at if due else None,
        "held_back": held_back,
        "preview": _preview(settings),
        "may_edit": may_edit,
    }
    return render(request, "crm/consents.html", context, status=422 if form.is_bound else 200)


@console(Role.MANAGER)
@reads_or_posts
def consents_switch(request: ShopRequest, notice: str) -> HttpResponse:
    """Asks with the forecast before turning on (A10); turns on or off on confirming."""
    if notice not in NoticeKind.values:
        raise Http404
    kind, settings, now = NoticeKind(notice), settings_of(request.shop), timezone.now()
    if request.POST.get("on") in ("yes", "no"):
        _switch(request, kind, request.POST["on"] == "yes")
        return redirect("crm:consents")
    try:
        check_template(settings)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("crm:consents")
    found = forecast(settings, kind, now)
    context = {
        "kind": kind,
        "is_change": kind == NoticeKind.CHANGED,
        "forecast": found,
        "left_out": left_out(found.left_out),
        "held_back": left_out([(found.obstacle, 0)])[0] if found.obstacle else None,
    }
    return render(request, "crm/consents_ask.html", context)


@console(Role.MANAGER)
@reads_or_posts
def record_consent(request: ShopRequest, pk: int) -> HttpResponse:
    """What a member told the shop by phone."""
    customer: Customer = get_object_or_404(
        Customer.objects.for_shop(request.shop).select_related("shop"), pk=pk
    )
    form = RecordConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _record(request, customer, form):
        messages.success(request, _("It is written down and holds from now on."))
        return redirect("crm:customer", pk)
    context = {"form": form, "customer": customer}
    status = 422 if form.is_bound else 200
    return render(request, "crm/consents_record.html", context, status=status)


def _saved(request: ShopRequest, form: ConsentNoticesForm) -> bool:
    """Whether it could be saved; if not, the form says why."""
    template = form.cleaned_data["template"]
    try:
        set_template(shop=request.shop, template=template, user=request.user, now=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _kind(settings: ConsentNoticeSettings, kind: NoticeKind, may_edit: bool) -> dict[str, Any]:
    """One notice's card."""
    asked_for = kind == NoticeKind.CHANGED or reconfirm_years(settings.shop, timezone.now())
    return {
        "kind": kind,
        "is_change": kind == NoticeKind.CHANGED,
        "since": settings.since(kind),
        "asked_for": bool(asked_for),
        "may_switch": may_edit and bool(asked_for) and settings.template_id is not None,
    }


def _preview(settings: ConsentNoticeSettings) -> Any:
    now = timezone.now()
    return bubble(settings.template, sample_values(settings.shop, Topic.CONSENT, now), now)


def _switch(request: ShopRequest, kind: NoticeKind, on: bool) -> None:
    try:
        switch(shop=request.shop, kind=kind, on=on, since=timezone.now(), user=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    messages.success(request, _("The notice is on.") if on else _("The notice is off."))


def _record(request: ShopRequest, customer: Customer, form: RecordConsentForm) -> bool:
    try:
        reading.record(
            customer=customer,
            kind=ConsentKind(form.cleaned_data["kind"]),
            given=form.cleaned_data["given"],
            reason=form.cleaned_data["reason"],
            user=request.user,
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
