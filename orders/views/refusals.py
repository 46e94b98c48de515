"""What is said to requests that can't be taken at all."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.log import log_response
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A calm page in place of Django's; of what is too large it says how much is allowed.

    Nothing of the request is read any more: what it held may be half there.
    """
    if not isinstance(exception, RequestDataTooBig):
        return HttpResponse(render_to_string("400.html"), status=400)
    most = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if "HX-Request" in request.headers:
        response = _notice(_("That is too much at once: %(most)s are the most.") % {"most": most})
    else:
        response = HttpResponse(render_to_string("413.html", {"most": most}), status=413)
    # Once and for all: Django would add where it noticed, which tells nobody anything.
    log_response("Too large: %s", request.path, response=response, request=request)
    return response


def _notice(text: str) -> HttpResponse:
    """For htmx: at the top of the page that is open, which stays as it is."""
    content = render_to_string("components/message.html", {"tags": "error", "text": text})
    place = {"HX-Retarget": "#messages", "HX-Reswap": "innerHTML"}
    return HttpResponse(content, status=413, headers=place)
