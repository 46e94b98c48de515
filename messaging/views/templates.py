"""The pages on which messages are worded."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from messaging.forms.templates import TemplateForm, wording_initial
from messaging.models import MessageTemplate, TemplateRevision
from messaging.preview import Preview, preview, sample_values, tidy
from messaging.starters import STARTERS
from messaging.wording import MAX_BODY, VARIABLES
from orders.access import ShopRequest, console, read_key
from orders.models import Country, Role


@console(Role.VIEWER)
@require_safe
def templates(request: ShopRequest) -> HttpResponse:
    """All templates, with the wording in use."""
    found = MessageTemplate.objects.for_shop(request.shop).select_related("current")
    rows = found.annotate(revised=Count("revisions"), revised_at=Max("revisions__created_at"))
    may_edit = request.membership.may(Role.MANAGER)
    context = {"templates": rows.order_by("name"), "may_edit": may_edit}
    return render(request, "messaging/templates.html", context)


@console(Role.MANAGER)
def template_new(request: ShopRequest) -> HttpResponse:
    """Word a new template; it starts from one that works."""
    starter = STARTERS[Country(request.shop.country)].issue
    initial = {**wording_initial(starter.body, starter.buttons), "name": ""}
    form = TemplateForm(request.POST or None, shop=request.shop, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    return _page(request, form)


@console(Role.VIEWER)
def template(request: ShopRequest, pk: int) -> HttpResponse:
    """Read a template, or word it anew; `?revision=` starts from an earlier wording."""
    found = get_object_or_404(
        MessageTemplate.objects.for_shop(request.shop).select_related("current"), pk=pk
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
        revision=shown,
        editable=may_edit,
    )
    if request.method == "POST" and form.is_valid():
        return _saved(request, form)
    return _page(request, form, revisions=revisions, shown=shown, may_edit=may_edit)


@console(Role.MANAGER)
@require_POST
def template_preview(request: ShopRequest) -> HttpResponse:
    """The bubble for what is being typed, and what is wrong with it."""
    own = MessageTemplate.objects.for_shop(request.shop)
    pk = request.POST.get("template", "")
    found = get_object_or_404(own, pk=read_key(pk) or 0) if pk else None
    form = TemplateForm(request.POST, shop=request.shop, template=found)
    form.is_valid()
    return render(request, "messaging/template_live.html", _live(form) | {"live": True})


def _shown(
    revisions: list[TemplateRevision], wanted: str | None, current: int | None
) -> TemplateRevision | None:
    """The revision asked for by number, else the one in use, else the newest."""
    asked = [revision for revision in revisions if str(revision.number) == wanted]
    used = [revision for revision in revisions if revision.pk == current]
    return next(iter(asked + used + revisions), None)


def _saved(request: ShopRequest, form: TemplateForm) -> HttpResponse:
    saved = form.save(now=timezone.now())
    if saved.current and saved.current == saved.revisions.order_by("-number").first():
        text = _("Saved. Messages planned from now on say it this way.")
    else:
        text = _("Saved. It is used as soon as the provider has approved it.")
    messages.success(request, text)
    return redirect("messaging:template", saved.pk)


def _page(request: ShopRequest, form: TemplateForm, **more: Any) -> HttpResponse:
    context = {"template": form.template, "may_edit": True, **_live(form), **more}
    status = 422 if form.is_bound else 200
    return render(request, "messaging/template.html", context, status=status)


def _live(form: TemplateForm) -> dict[str, Any]:
    """What changes as one types."""
    return {
        "form": form,
        "bubbles": [_bubble(form)],
        "length": len(tidy(form["body"].value() or "")),
        "most": MAX_BODY,
        "variables": [f"#{{{name}}}" for name in VARIABLES[form.topic]],
    }


def _bubble(form: TemplateForm) -> Preview:
    now = timezone.now()
    names = [field.value() or "" for field in form.links()]
    buttons = [{"type": "AC"}] if form["add_channel"].value() else []
    buttons += [{"type": "WL", "name": name} for name in names if name.strip()]
    template = form.template or MessageTemplate(shop=form.shop, topic=form.topic)
    values = sample_values(form.shop, form.topic, now)
    body = form["body"].value() or ""
    return preview(template, values, now, body=body, buttons=buttons)
