"""What is asked again about a consent notice at the moment of sending."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from crm.models import ConsentNotice
from messaging.hooks import Rechecked
from messaging.models import Batch, Reason
from messaging.verdicts import MENDABLE


def recheck(batch: Batch, reasons: Mapping[int, str], now: datetime) -> Rechecked:
    """A notice of consents that have all ended meanwhile is `old_news`: what holds now is told.

    What is left out for something that the shop can mend is due again at the next tick.
    """
    again = [pk for pk, reason in reasons.items() if reason in MENDABLE]
    if again:
        ConsentNotice.objects.filter(message_id__in=again).delete()
    going = [pk for pk, reason in reasons.items() if not reason]
    holding = ConsentNotice.objects.filter(
        Q(consent__until=None) | Q(consent__until__gt=now), message_id__in=going
    )
    still = set(holding.values_list("message_id", flat=True))
    return Rechecked(left_out={pk: Reason.OLD_NEWS for pk in going if pk not in still})
