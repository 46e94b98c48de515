"""The pages on which messages are worded."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from messaging.forms.template_filters import TemplateFilters
from messaging.forms.templates import TemplateForm, What, read_what
from messaging.models import Channel, MessageTemplate, TemplateRevision
from messaging.starters import starter
from messaging.templates import gateway_of, usable
from messaging.views.template_live import inspection_of, live, obstacles
from orders.access import ShopRequest, console, is_part, read_key
from orders.models import Country, Role

# What a member can be told of consents by.
CONSENT_CHANNELS = (Channel.ALIMTALK, Channel.TEXT, Channel.EMAIL)


@console(Role.VIEWER)
@require_safe
def templates(request: ShopRequest) -> HttpResponse:
    """All templates, with the wording in use."""
    filters = TemplateFilters(request.GET)
    newest = TemplateRevision.objects.order_by("-number")
    found = MessageTemplate.objects.for_shop(request.shop).select_related("current")
    rows = found.annotate(revised=Count("revisions"), revised_at=Max("revisions__created_at"))
    rows = filters.narrow(rows).prefetch_related(Prefetch("revisions", newest, "all_wordings"))
    context = {
        "templates": rows.order_by("name"),
        "filters": filters,
        "asked": any(filters.cleaned_data.values()),
        "may_edit": request.membership.may(Role.MANAGER),
    }
    page = "messaging/templates.html"
    return render(request, f"{page}#results" if is_part(request) else page, context)


@console(Role.MANAGER)
def template_new(request: ShopRequest) -> HttpResponse:
    """Choose what the template is for, then word it; it starts from wording that works."""
    asked = request.POST if request.method == "POST" else request.GET
    try:
        what = read_what(asked)
    except ValueError:
        raise Http404 from None
    if not what.makes_sense or (request.method != "POST" and "channel" not in asked):
        return _choose(request, refused=not what.makes_sense)
    form = TemplateForm(
        request.POST or None, shop=request.shop, what=what, wording=_beginning(request, what)
    )
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    return _page(request, form)


@console(Role.VIEWER)
def template(request: ShopRequest, pk: int) -> HttpResponse:
    """Read a template, or word it anew; `?revision=` starts from an earlier wording."""
    found = get_object_or_404(
        MessageTemplate.objects.for_shop(request.shop).select_related("current", "shop"), pk=pk
    )
    may_edit = request.membership.may(Role.MANAGER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    revisions = list(found.revisions.order_by("-number"))
    shown = _shown(revisions, request.GET.get("revision"), found.current_id)
    form = TemplateForm(
        request.POST or None,
        shop=request.shop,
        template=found,
        wording=shown,
        editable=may_edit,
    )
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    about = inspection_of(shown, gateway_of(found)) if shown else None
    more = {"revisions": revisions, "shown": shown, "may_edit": may_edit, "inspection": about}
    return _page(request, form, **more)


@console(Role.MANAGER)
@require_POST
def template_preview(request: ShopRequest) -> HttpResponse:
    """The message for what is being typed, and what is wrong with it."""
    own = MessageTemplate.objects.for_shop(request.shop)
    pk = request.POST.get("template", "")
    found = get_object_or_404(own, pk=read_key(pk) or 0) if pk else None
    try:
        what = read_what(request.POST)
    except ValueError:
        raise Http404 from None
    form = TemplateForm(request.POST, shop=request.shop, what=what, template=found)
    form.is_valid()
    return render(request, "messaging/template_live.html", live(form) | {"live": True})


def _choose(request: ShopRequest, *, refused: bool) -> HttpResponse:
    """Which channel, and whether it informs or advertises: the law asks for both first."""
    context = {
        "channels": [(one, what_it_is(one)) for one in Channel],
        "consent_channels": CONSENT_CHANNELS,
        "refused": refused,
    }
    return render(
        request, "messaging/template_choose.html", context, status=422 if refused else 200
    )


def what_it_is(channel: Channel) -> str:
    """A channel in a sentence, for who has to choose one."""
    return {
        Channel.ALIMTALK: _("KakaoTalk, by phone number. Kakao inspects the wording first."),
        Channel.TEXT: _("SMS up to 90 bytes, longer ones as LMS up to 2,000."),
        Channel.EMAIL: _("A subject and a letter, with buttons."),
        Channel.PUSH: _("A title and a short text on the phone of who has your app."),
        Channel.INBOX: _("A note in the message box on your shop's own site."),
    }[channel]


def _beginning(request: ShopRequest, what: What) -> TemplateRevision:
    """Wording that works, not kept yet."""
    own = starter(Country(request.shop.country), what.channel, what.topic)
    return TemplateRevision(title=own.title, body=own.body, buttons=own.buttons)


def _shown(
    revisions: list[TemplateRevision], wanted: str | None, current: int | None
) -> TemplateRevision | None:
    """The revision asked for by number, else the one in use, else the newest."""
    asked = [revision for revision in revisions if str(revision.number) == wanted]
    used = [revision for revision in revisions if revision.pk == current]
    return next(iter(asked + used + revisions), None)


def _saved(request: ShopRequest, form: TemplateForm) -> HttpResponse:
    saved = form.save(now=timezone.now())
    newest = saved.revisions.order_by("-number").first()
    if newest is None or usable(newest, gateway_of(saved)):
        messages.success(request, _("Saved. Messages planned from now on say it this way."))
        return redirect("messaging:template", saved.pk)
    messages.success(
        request, _("Saved. Submit it for inspection: it is used as soon as it is approved.")
    )
    answer = redirect("messaging:template", saved.pk)
    answer["Location"] += f"?revision={newest.number}"
    return answer


def _page(request: ShopRequest, form: TemplateForm, **more: Any) -> HttpResponse:
    context = {"template": form.template, "may_edit": True, **live(form), **obstacles(form), **more}
    status = 422 if form.is_bound else 200
    return render(request, "messaging/template.html", context, status=status)
