"""Which past period to rehearse, and which messages."""

import datetime as dt
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from crm.models import Job, Kind
from orders.localtime import instant, local_day
from orders.models import Shop

MOST_DAYS = 92
_EARLIEST = dt.date(2000, 1, 1)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(_EARLIEST, _("Choose a day from the year 2000 on."))],
    )


class RehearsalForm(forms.Form):
    """Two days of the shop's calendar, both included, and the messages to try."""

    first = _day(_("First day"))
    last = _day(_("Last day"))
    jobs = forms.MultipleChoiceField(
        label=_("Messages to try"),
        help_text=_("Those that are off are tried as if they had been on."),
        choices=[(kind.value, Job(kind).label) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one message.")},
    )

    def __init__(self, *args: Any, shop: Shop, now: dt.datetime, **kwargs: Any) -> None:
        """Begins with the whole last month and every message."""
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(shop.timezone)
        self.today = local_day(now, self.zone)
        self.initial.update(_last_month(self.today), jobs=list(Kind.values))
        for name in ("first", "last"):
            self.fields[name].widget.attrs["max"] = str(self.today - timedelta(days=1))

    def clean_last(self) -> dt.date:
        """Yesterday at the latest: only what has passed can be rehearsed."""
        last: dt.date = self.cleaned_data["last"]
        if last >= self.today:
            raise ValidationError(_("Choose days that have passed: yesterday at the latest."))
        return last

    def clean(self) -> dict[str, Any]:
        """In order, and not longer than a quarter of a year."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day comes before the first one."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error(
                "last", _("Choose at most %(days)s days at a time.") % {"days": MOST_DAYS}
            )
        return self.cleaned_data

    def period(self) -> tuple[dt.datetime, dt.datetime]:
        """The instants [from, to) of a valid form."""
        after = self.cleaned_data["last"] + timedelta(days=1)
        return (
            instant(self.cleaned_data["first"], dt.time(), self.zone),
            instant(after, dt.time(), self.zone),
        )


def _last_month(today: dt.date) -> dict[str, dt.date]:
    last = today.replace(day=1) - timedelta(days=1)
    return {"first": last.replace(day=1), "last": last}
