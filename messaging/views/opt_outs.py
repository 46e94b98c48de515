"""Who refuses advertising: the list, entering one, an 080 number's list, taking one back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from messaging import opt_outs as refusals
from messaging.forms.opt_outs import AddForm, RemoveForm, SearchForm, UploadForm
from messaging.models import Channel, OptOut, OptOutSource
from messaging.opt_out_imports import import_numbers, read_lines
from messaging.opt_out_pages import find_page
from orders import searches
from orders.access import ShopRequest, console, is_part, read_key
from orders.imports.rows import Unusable
from orders.models import Role

MOST_BAD_ROWS = 50  # that the page lists


@console(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def opt_outs(request: ShopRequest) -> HttpResponse:
    """Refusals, masked, the newest first; what is looked for is posted, never got (F9)."""
    if request.method == "POST":
        return searches.to_address(request, SearchForm.base_fields)
    return _page(request)


def _page(request: ShopRequest, status: int = 200, **more: Any) -> HttpResponse:
    query, gone = searches.spelled_out(request)
    form = SearchForm(query, shop=request.shop, gone=gone)
    form.is_valid()
    page = find_page(
        shop=request.shop,
        address=form.address,
        after=read_key(request.GET.get("after", "")),
        before=read_key(request.GET.get("before", "")),
    )
    context = {
        "form": form,
        "page": page,
        "nothing_asked": not form.errors and form.address is None,
        "add": AddForm(shop=request.shop),
        "upload": UploadForm(auto_id="upload_%s"),
        "may_add": request.membership.may(Role.MANAGER),
        "may_remove": request.membership.may(Role.OWNER),
        **more,
    }
    part = is_part(request) and not more
    template = "messaging/opt_outs.html#listing" if part else "messaging/opt_outs.html"
    return render(request, template, context, status=status)


@console(Role.MANAGER)
@require_POST
def add_opt_out(request: ShopRequest) -> HttpResponse:
    """Enter what a customer told the shop (F3)."""
    form = AddForm(request.POST, shop=request.shop)
    if not form.is_valid():
        return _page(request, status=422, add=form)
    refusals.add_by_hand(
        shop=request.shop,
        user=request.user,
        channel=form.cleaned_data["channel"],
        address=form.cleaned_data["address"],
        now=timezone.now(),
    )
    messages.success(request, _("Noted. No advertising goes there any more."))
    return redirect("messaging:opt_outs")


@console(Role.MANAGER)
@require_POST
def import_opt_outs(request: ShopRequest) -> HttpResponse:
    """Take in an 080 number's list, and say what became of its rows (F3)."""
    form = UploadForm(request.POST, request.FILES, auto_id="upload_%s")
    if not form.is_valid():
        return _page(request, status=422, upload=form)
    now = timezone.now()
    try:
        lines = read_lines(form.cleaned_data["numbers"].read())
        told = import_numbers(shop=request.shop, lines=lines, source=OptOutSource.NUMBER, now=now)
    except Unusable as error:
        form.add_error("numbers", str(error))
        return _page(request, status=422, upload=form)
    refusals.record(
        shop=request.shop,
        user=request.user,
        action=refusals.IMPORTED,
        about=f"rows:{told.rows_read}",
        reason="",
        now=now,
    )
    bad = told.refused[:MOST_BAD_ROWS]
    return _page(request, told=told, bad=bad, more_bad=len(told.refused) - len(bad))


@console(Role.OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_opt_out(request: ShopRequest, pk: int) -> HttpResponse:
    """Ask why, and take a refusal back that was none, on record."""
    found = get_object_or_404(OptOut.objects.for_shop(request.shop).select_related("shop"), pk=pk)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _remove(request, found, form):
        messages.success(request, _("Taken back. Advertising still needs the customer's consent."))
        return redirect("messaging:opt_outs")
    context = {
        "form": form,
        "opt_out": found,
        "address": refusals.mask_address(Channel(found.channel), found.address),
    }
    status = 422 if form.errors else 200
    return render(request, "messaging/opt_out_remove.html", context, status=status)


def _remove(request: ShopRequest, found: OptOut, form: RemoveForm) -> bool:
    reason = form.cleaned_data["reason"]
    try:
        refusals.remove(opt_out=found, user=request.user, reason=reason, now=timezone.now())
    except ValidationError as error:
        form.add_error("reason", error)
        return False
    return True
