"""Sending a message again whose fate nobody knows."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from messaging import reading
from messaging.again import send_again, standing
from messaging.rows import Row, find_message
from orders.access import ShopRequest, console
from orders.models import Role


@console(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: ShopRequest, pk: int) -> HttpResponse:
    """Says what it means, and asks; sends it again on confirming."""
    found, now = find_message(request.shop, pk), timezone.now()
    error = ""
    if request.method == "POST":
        try:
            new = send_again(message=found, user=request.user, now=now)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("It is on its way again."))
            return redirect("messaging:message", new.pk)
    elif not standing(found).offered:
        raise Http404
    context = {
        "row": Row.of(found, now),
        "letter": reading.letter(found, masked=True),
        "error": error,
    }
    return render(request, "messaging/again.html", context, status=422 if error else 200)
