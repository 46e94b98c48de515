"""The shop's settings: when it sends, what it needs, and the switch that stops everything."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import sending
from crm.forms.shop_settings import QuietHoursForm
from crm.preparations import preparations, progress
from orders.access import ShopRequest, console
from orders.models import Role


@console(Role.VIEWER)
def shop_settings(request: ShopRequest) -> HttpResponse:
    """Everybody reads; a manager sets the closed hours."""
    may_edit = request.membership.may(Role.MANAGER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    current = sending.sending_settings(request.shop)
    form = QuietHoursForm(request.POST or None, sending=current, editable=may_edit)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        return redirect("crm:shop_settings")
    checklist = preparations(request.shop)
    context = {
        "form": form,
        "sending": current,
        "preparations": checklist,
        "progress": progress(checklist),
        "channel_missing": any(one.key == "kakao_channel" and not one.done for one in checklist),
        "may_edit": may_edit,
        "may_stop": request.membership.may(Role.OWNER),
        "now": timezone.now(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "crm/shop_settings.html", context, status=status)


def _save(request: ShopRequest, form: QuietHoursForm) -> bool:
    quiet_from, quiet_until = form.hours()
    try:
        sending.set_quiet_hours(
            shop=request.shop,
            user=request.user,
            quiet_from=quiet_from,
            quiet_until=quiet_until,
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error("quiet_until", error)
        return False
    messages.success(request, _("Saved. It holds for everything that still waits, too."))
    return True


@console(Role.OWNER)
@require_POST
def connect_phone(request: ShopRequest) -> HttpResponse:
    """Let Alimtalk go to the built-in phone (C8)."""
    sending.connect_phone(shop=request.shop, user=request.user, now=timezone.now())
    messages.success(request, _("Connected. Messages arrive on the built-in phone now."))
    return redirect("crm:shop_settings")


@console(Role.OWNER)
@require_POST
def stop_sending(request: ShopRequest) -> HttpResponse:
    """Stop all sending at once (F11)."""
    sending.stop_sending(shop=request.shop, user=request.user, now=timezone.now())
    messages.warning(request, _("Sending is stopped. What waits goes on waiting."))
    return redirect("crm:shop_settings")


@console(Role.OWNER)
@require_POST
def resume_sending(request: ShopRequest) -> HttpResponse:
    """Send again (F11)."""
    sending.resume_sending(shop=request.shop, user=request.user, now=timezone.now())
    messages.success(request, _("Sending goes on. What waited goes out now."))
    return redirect("crm:shop_settings")
