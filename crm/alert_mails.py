"""Mails to a shop's owners about what is wrong: plain words, nobody's data, no secret (F11)."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.models import AlertKind, Kind, OwnerAlert
from messaging.checking import where
from messaging.models import Channel
from orders.models import Country, Role, User

# A connection that recovers within this is nobody's business.
HICCUP = timedelta(minutes=5)
# How long a mail server is waited for, in seconds.
PATIENCE = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """An alert in words, and the page where it is mended."""

    title: str
    text: str
    url: str
    action: str


def tell(now: datetime) -> int:
    """Mail each open alert that nobody was told of; returns how many mails went out.

    One that can't be sent is tried again at the next look. Who mails one claims it first, so that
    two workers send one mail, and a mail server that is slow holds nobody else's writing up. A
    worker that is killed right then sends none: the front page shows the alert all the same.
    """
    lasting = Q(since__lte=now - HICCUP) | ~Q(kind=AlertKind.BROKEN)
    due = OwnerAlert.objects.filter(lasting, ended_at=None, mailed_at=None, since__lte=now)
    return sum(_tell(pk, now) for pk in due.order_by("pk").values_list("pk", flat=True))


def _tell(pk: int, now: datetime) -> bool:
    alert = OwnerAlert.objects.filter(pk=pk).select_related("shop").first()
    if alert is None:
        return False
    owners = User.objects.filter(
        memberships__shop=alert.shop, memberships__role=Role.OWNER, is_active=True
    )
    addresses = [user.email for user in owners.order_by("pk")]
    if not addresses or not _claim(pk, now):
        return False
    try:
        _mail(alert, addresses).send()
    except Exception as error:
        # Whatever a mail server or its library raises: it may hold addresses.
        logger.error("alert %s can't be mailed: %s", pk, where(error))
        OwnerAlert.objects.filter(pk=pk, mailed_at=now).update(mailed_at=None)
        return False
    return True


def _claim(pk: int, now: datetime) -> bool:
    """Whether the mail is ours to send; one UPDATE, committed before anything is sent."""
    rows = OwnerAlert.objects.filter(pk=pk, mailed_at=None, ended_at=None)
    return rows.update(mailed_at=now) == 1


def _mail(alert: OwnerAlert, addresses: list[str]) -> EmailMultiAlternatives:
    """In the language of the shop's country, with its clock."""
    language = "ko" if alert.shop.country == Country.KOREA else "en"
    with translation.override(language), timezone.override(ZoneInfo(alert.shop.timezone)):
        words = alert_words(alert)
        context = {"alert": alert, "words": words, "link": f"{settings.BASE_URL}{words.url}"}
        mail = EmailMultiAlternatives(
            subject=f"[{alert.shop.name}] {words.title}",
            body=render_to_string("mail/alert.txt", context),
            to=addresses,
            headers={"Message-ID": f"<alert-{alert.pk}-{alert.since:%Y%m%d%H%M%S}@{_host()}>"},
            connection=get_connection(timeout=PATIENCE),
        )
        mail.attach_alternative(render_to_string("mail/alert.html", context), "text/html")
    return mail


def _host() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"


def alert_words(alert: OwnerAlert) -> Words:
    """What is wrong, what it means, and where it is mended; in the language in use."""
    if alert.kind == AlertKind.STOPPED:
        return _stopped(*alert.about.partition(":")[::2])
    if alert.kind == AlertKind.BROKEN:
        return _broken(Channel(alert.about))
    if alert.kind == AlertKind.LOW_POINTS:
        return Words(
            _("Points are running low"),
            _("When they are used up, what costs points is left out until you recharge."),
            reverse("messaging:points"),
            _("Recharge points"),
        )
    return Words(
        _("Sending was suspended"),
        _(
            "Whoever runs this Dangol has suspended your shop's sending. What waits goes on"
            " waiting, and nothing is lost. The reason stands on your front page."
        ),
        reverse("crm:home"),
        _("Open the front page"),
    )


def _stopped(kind: str, why: str) -> Words:
    title = _("Nothing goes out any more: %(message)s") % {"message": Kind(kind).label}
    if why == "wording":
        text = _("It is on, but its template has no wording in use. What would go out is left out.")
        return Words(title, text, reverse("messaging:templates"), _("Open the templates"))
    if why == "channel":
        text = _("It is on, but its channel is not connected. What would go out is left out.")
        return Words(title, text, reverse("messaging:gateways"), _("Open the connections"))
    text = _(
        "It is on, but for a day all of it was left out for something that you can mend. The"
        " history says what."
    )
    page = reverse("messaging:history") + "?period=7d&state=left_out"
    return Words(title, text, page, _("See why"))


def _broken(channel: Channel) -> Words:
    return Words(
        _("A connection does not work: %(channel)s") % {"channel": channel.label},
        _(
            "The provider does not answer as it should, so messages wait or fail. It is tried"
            " again by itself. Check the connection, and whether the account is in order."
        ),
        reverse("messaging:gateway", args=[channel]),
        _("Open the connection"),
    )
