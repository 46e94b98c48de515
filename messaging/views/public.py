"""What the people who are written to open: a message's links, and the way to opt out.

They have no log-in: the address's signature is the proof that it came in a message of ours.
Nothing of the request decides where a link leads or whose refusal it is.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from messaging import opt_outs
from messaging.links import read_opt_out_token
from messaging.models import OptOutSource
from messaging.opt_out_words import WORDS
from messaging.taps import follow, is_tap
from orders.access import open_to_all
from orders.models import Country

P = ParamSpec("P")


def _discreet(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """No cache keeps it, no other site learns the address, no search engine lists it."""

    @wraps(view)
    def discreet(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return discreet


@open_to_all
@require_safe
@_discreet
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to where a message's link leads, and count the tap (F7). Open: see the module."""
    tapped = is_tap(request.method or "", request.headers)
    url = follow(token=token, tapped=tapped, now=timezone.now())
    return HttpResponseRedirect(url) if url else _leads_nowhere(request)


@open_to_all
@csrf_exempt  # the token is the proof, and a mail program has no cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@_discreet
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to refuse advertising (F3), and on POST do it. Open: see the module.

    Opening it refuses nothing, since scanners open what comes in mails; any POST does, a mail
    program's one-click one too, and again changes nothing.
    """
    message_id = read_opt_out_token(token)
    recipient = None if message_id is None else opt_outs.recipient(message_id)
    if recipient is None:
        return _leads_nowhere(request)
    shop, channel, address = recipient.shop, recipient.channel, recipient.address
    refused = None
    if address and request.method == "POST":
        refused = opt_outs.opt_out(
            shop=shop,
            channel=channel,
            address=address,
            source=OptOutSource.LINK,
            now=timezone.now(),
            customer=recipient.customer,
        )
    elif address:
        refused = opt_outs.standing(shop=shop, channel=channel, address=address)
    words = WORDS[Country(shop.country)]
    context = {
        "words": words,
        "language": words.language,
        "shop": shop,
        "channel": words.channels[channel],
        "address": opt_outs.mask_address(channel, address),
        "known": bool(address),
        "noted": words.noted_on(refused.at, shop) if refused else "",
    }
    return render(request, "public/opt_out.html", context)


def _leads_nowhere(request: HttpRequest) -> HttpResponse:
    return render(request, "public/leads_nowhere.html", {"language": get_language()}, status=404)
