"""Submitting wording for inspection, and asking how it stands."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from messaging.checking import words
from messaging.gateways import AnswerLost, GatewayError
from messaging.inspections import NothingToSubmit, look_up, submit
from messaging.models import MessageTemplate, TemplateRevision
from orders.access import ShopRequest, console
from orders.models import Role


@console(Role.MANAGER)
@require_POST
def template_submit(request: ShopRequest, pk: int, number: int) -> HttpResponse:
    """Ask the shop's provider to inspect this wording."""
    revision = _revision(request, pk, number)
    done = _("Submitted. It usually takes about two working days.")
    return _tried(request, revision, lambda: submit(revision=revision, now=timezone.now()), done)


@console(Role.MANAGER)
@require_POST
def template_look_up(request: ShopRequest, pk: int, number: int) -> HttpResponse:
    """Ask the shop's provider how the inspection stands."""
    revision = _revision(request, pk, number)
    done = _("Asked just now. This is how it stands.")
    return _tried(request, revision, lambda: look_up(revision=revision, now=timezone.now()), done)


def _revision(request: ShopRequest, pk: int, number: int) -> TemplateRevision:
    template = get_object_or_404(MessageTemplate.objects.for_shop(request.shop), pk=pk)
    own = template.revisions.select_related("template__shop")
    found: TemplateRevision = get_object_or_404(own, number=number)
    return found


def _tried(
    request: ShopRequest, revision: TemplateRevision, do: Callable[[], None], done: str
) -> HttpResponse:
    try:
        do()
    except NothingToSubmit:
        messages.error(request, _("This wording is not to be inspected, or is submitted already."))
    except AnswerLost as error:
        told = _("%(why)s How the inspection stands is looked up again soon.")
        messages.error(request, told % {"why": words(error.code)})
    except GatewayError as error:
        messages.error(request, words(error.code))
    else:
        messages.success(request, done)
    answer = redirect("messaging:template", revision.template_id)
    answer["Location"] += f"?revision={revision.number}"
    return answer
