"""What would have gone out: asking, and the answers."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from crm.forms.rehearsal import RehearsalForm
from crm.models import Job, Rehearsal
from crm.rehearsals.reading import show_rehearsal
from crm.rehearsals.rehearsing import ask_for_rehearsal
from crm.sending import sending_settings
from crm.tasks import rehearse_soon
from orders.access import ShopRequest, console, is_part
from orders.models import Role

EARLIER = 12


@console(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: ShopRequest) -> HttpResponse:
    """The question, and the earlier ones; a manager asks."""
    now, may_ask = timezone.now(), request.membership.may(Role.MANAGER)
    if request.method == "POST" and not may_ask:
        raise PermissionDenied
    stopped = sending_settings(request.shop).stopped_at
    form = RehearsalForm(request.POST or None, shop=request.shop, now=now)
    if request.method == "POST" and form.is_valid() and not stopped:
        return redirect("crm:rehearsal_result", _ask(request, form).pk)
    asked = Rehearsal.objects.for_shop(request.shop).select_related("shop")
    context = {
        "form": form,
        "earlier": [show_rehearsal(one, now) for one in asked.order_by("-asked_at")[:EARLIER]],
        "may_ask": may_ask,
        "stopped_at": stopped,
    }
    return render(request, "crm/rehearsal.html", context, status=422 if form.is_bound else 200)


@console(Role.VIEWER)
@require_safe
def rehearsal_result(request: ShopRequest, pk: int) -> HttpResponse:
    """One answer, or how far it is; the page asks for the latter again and again."""
    asked = Rehearsal.objects.for_shop(request.shop).select_related("shop")
    context = {
        "view": show_rehearsal(get_object_or_404(asked, pk=pk), timezone.now()),
        "stopped_at": sending_settings(request.shop).stopped_at,
    }
    name = "crm/rehearsal_result.html#answer" if is_part(request) else "crm/rehearsal_result.html"
    return render(request, name, context)


def _ask(request: ShopRequest, form: RehearsalForm) -> Rehearsal:
    start, end = form.period()
    asked = ask_for_rehearsal(
        shop=request.shop,
        user=request.user,
        start=start,
        end=end,
        jobs=[Job(job) for job in form.cleaned_data["jobs"]],
        now=timezone.now(),
    )
    rehearse_soon(asked.pk)
    return asked
