"""Where providers report what became of messages."""

import logging

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.accounts import refused_if_unreadable
from messaging.connections import gateway_of_hook
from messaging.gateways import PROVIDERS, AccountRefused, Forged, Reporter, Webhook
from messaging.incoming import hear_refusals, receive
from orders.access import open_to_all

MOST = 5 * 2**20  # bytes

logger = logging.getLogger(__name__)


@open_to_all
@csrf_exempt
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Open to all, since a provider has no log-in: its address is signed, its report is proven.

    200 for whatever could be read, also about messages that nobody knows; 403 for what is not the
    provider's, and the same for an address that is none; 503 where the account can't be read.
    """
    gateway = gateway_of_hook(token)
    provider = PROVIDERS.get(gateway.provider) if gateway else None
    if gateway is None or not isinstance(provider, Reporter):
        return HttpResponse(status=403)
    try:
        body = request.read(MOST + 1)
    except UnreadablePostError:
        return HttpResponse(status=400)
    if len(body) > MOST:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        webhook, account = Webhook(headers, body), gateway.account
        with refused_if_unreadable():
            reports = provider.read_webhook(webhook, account)
            refusals = provider.read_refusals(webhook, account)
    except AccountRefused:
        # On our side, and for a while: the provider tells it again.
        logger.error("gateway %s: no report can be proven without its account", gateway.pk)
        return HttpResponse(status=503)
    except Forged:
        return HttpResponse(status=403)
    except ValueError:
        return HttpResponse(status=400)
    now = timezone.now()
    receive(gateway, reports, now=now)
    hear_refusals(gateway, refusals, now)
    return HttpResponse(status=200)
