"""Coupons: their grant basis, and what each does differently from the shop."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from coupons.models import Coupon
from crm import coupons as use_cases
from crm.campaigns.coupon_messages.previews import coupon_bubbles
from crm.forms.coupons import NONE, CouponForm, FilterForm, ManyBasisForm
from crm.grant_basis import MAX_BASIS
from orders.access import ShopRequest, console
from orders.models import Role

A_PAGE = 30


@console(Role.VIEWER)
@require_safe
def coupons(request: ShopRequest) -> HttpResponse:
    """The list, and the bar that gives many a basis at once."""
    form = ManyBasisForm(shop=request.shop, initial={"preset": "purchase"})
    return _list(request, form)


@console(Role.MANAGER)
@require_POST
def coupons_basis(request: ShopRequest) -> HttpResponse:
    """Give the ticked coupons, or all that have none, a basis; or take it away."""
    form = ManyBasisForm(request.POST, shop=request.shop)
    if not form.is_valid():
        return _list(request, form)
    chosen = form.cleaned_data["coupon"]
    if form.cleaned_data["all_without"]:
        chosen = use_cases.search(request.shop, without_basis=True)
    changed = use_cases.set_basis(
        shop=request.shop,
        user=request.user,
        coupons=chosen,
        sentence=form.typed_sentence(),
        now=timezone.now(),
    )
    messages.success(request, _changed(changed, form.cleaned_data["preset"]))
    return redirect(_back(request))


@console(Role.VIEWER)
def coupon(request: ShopRequest, pk: int) -> HttpResponse:
    """One coupon."""
    found = _coupon(request, pk)
    may_edit = request.membership.may(Role.MANAGER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    form = _form(request, found, editable=may_edit)
    if request.method == "POST" and form.is_valid() and _saved(request, found, form):
        return redirect("crm:coupon", found.pk)
    context = {**_live(found, form), "may_edit": may_edit}
    context["row"] = use_cases.row(found, timezone.now())
    status = 422 if form.is_bound else 200
    return render(request, "crm/coupon.html", context, status=status)


@console(Role.MANAGER)
@require_POST
def coupon_preview(request: ShopRequest, pk: int) -> HttpResponse:
    """The bubbles for what is being typed, and what is wrong with it."""
    found = _coupon(request, pk)
    form = _form(request, found)
    form.is_valid()
    return render(request, "crm/coupon_live.html", {**_live(found, form), "live": True})


def _list(request: ShopRequest, form: ManyBasisForm) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    filters = FilterForm(asked)
    filters.is_valid()
    words, basis = filters.cleaned_data.get("q", ""), filters.cleaned_data.get("basis", "")
    found = use_cases.search(request.shop, words=words, without_basis=basis == "none")
    page = Paginator(found, A_PAGE).get_page(asked.get("page"))
    may_edit, filtered = request.membership.may(Role.MANAGER), bool(words or basis)
    context = {
        "form": form,
        "filters": filters,
        "kept": _kept(asked),
        "filtered": filtered,
        "page": page,
        "rows": use_cases.rows(list(page), timezone.now()),
        "without": use_cases.search(request.shop, without_basis=True).count(),
        "ticked": set(form["coupon"].value() or []),
        "may_edit": may_edit,
        "may_tick": may_edit and (filtered or page.paginator.count > 0),
    }
    whole = form.is_bound or not request.htmx
    name = "crm/coupons.html" if whole else "crm/coupons.html#results"
    return render(request, name, context, status=422 if form.is_bound else 200)


def _back(request: ShopRequest) -> str:
    """The list as it was filtered."""
    query = _kept(request.POST).urlencode()
    return reverse("crm:coupons") + (f"?{query}" if query else "")


def _kept(asked: QueryDict) -> QueryDict:
    """What of the address must last: filters and page."""
    kept = QueryDict(mutable=True)
    kept.update({name: str(asked[name]) for name in ("q", "basis", "page") if asked.get(name)})
    return kept


def _changed(changed: int, preset: str) -> str:
    if not changed:
        return _("Nothing to change: it was like that already.")
    if preset == NONE:
        text = ngettext(
            "Took the grant basis of %(n)s coupon away.",
            "Took the grant basis of %(n)s coupons away.",
            changed,
        )
    else:
        text = ngettext(
            "%(n)s coupon now has this grant basis.",
            "%(n)s coupons now have this grant basis.",
            changed,
        )
    return text % {"n": f"{changed:,}"}


def _coupon(request: ShopRequest, pk: int) -> Coupon:
    return get_object_or_404(use_cases.search(request.shop), pk=pk)


def _form(request: ShopRequest, found: Coupon, *, editable: bool = True) -> CouponForm:
    override = getattr(found, "message_override", None)
    initial = {
        "issue_template": override and override.issue_template_id,
        "expiry_template": override and override.expiry_template_id,
        "url": override.url if override else "",
    }
    form = CouponForm(request.POST or None, shop=request.shop, editable=editable, initial=initial)
    form.start_from(found.grant_basis)
    form.say_defaults(use_cases.message_settings(request.shop))
    return form


def _saved(request: ShopRequest, found: Coupon, form: CouponForm) -> bool:
    """Whether it could be saved; if not, the form says why."""
    try:
        use_cases.save_coupon(
            coupon=found,
            user=request.user,
            sentence=form.typed_sentence(),
            issue_template=form.cleaned_data["issue_template"],
            expiry_template=form.cleaned_data["expiry_template"],
            url=form.cleaned_data["url"],
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("Saved. Messages planned from now on follow it."))
    return True


def _live(found: Coupon, form: CouponForm) -> dict[str, Any]:
    """What changes as one types."""
    sentence = form.typed_sentence()
    bubbles = coupon_bubbles(
        coupon=found,
        sentence=sentence,
        issue_template=form.chosen_template("issue_template"),
        expiry_template=form.chosen_template("expiry_template"),
        url=form.chosen_url(),
        now=timezone.now(),
    )
    return {
        "coupon": found,
        "form": form,
        "bubbles": bubbles,
        "sentence": sentence,
        "length": len(sentence),
        "most": MAX_BASIS,
    }
