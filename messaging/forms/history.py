"""The history's filters. They stay in the address, so they may be anything."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from messaging.again import KIND as AGAIN
from messaging.models import Channel, Reason, State
from messaging.wanted import Wanted
from orders.forms.search import say_gone, who_field
from orders.localtime import instant, local_day
from orders.models import Shop
from orders.search import Who, find_customer_ids, read_who

Choices = list[tuple[str, str | Promise]]

# What a run's kind is called (interfaces: `kind`). The floor above has its own list of what it
# makes; a test holds the two together.
KINDS: Choices = [
    ("coupon_issued", gettext_lazy("Coupon issued")),
    ("coupon_expiring", gettext_lazy("Coupon expiring")),
    ("consent_changed", gettext_lazy("Consent confirmed")),
    ("consent_renewed", gettext_lazy("Consent reconfirmed")),
    (AGAIN, gettext_lazy("Sent again by hand")),
]
# Days before today that a period begins.
PERIODS = {"today": 0, "7d": 6, "30d": 29}
DEFAULTS = {"period": "7d"}

_PERIOD_CHOICES: Choices = [
    ("today", pgettext_lazy("period", "Today")),
    ("7d", gettext_lazy("Last 7 days")),
    ("30d", gettext_lazy("Last 30 days")),
    ("all", gettext_lazy("All the time")),
    ("own", gettext_lazy("Dates of your own")),
]
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)


def _state_choices() -> list[tuple[str | Promise, Any]]:
    """States, and below them the reasons for leaving out, in one list."""
    states: Choices = [(state.name.lower(), state.label) for state in State]
    reasons: Choices = [(reason.value, reason.label) for reason in Reason]
    return [("", _("All states")), *states, (_("Left out because"), reasons)]


def _day() -> forms.DateField:
    return forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(_EARLIEST, gettext_lazy("Choose a day from the year 2000 on.")),
            MaxValueValidator(_LATEST, gettext_lazy("Choose a day before the year 2101.")),
        ],
    )


class HistoryForm(forms.Form):
    """Reads the address's filters. What is wrong is told at its field and not asked about."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=_PERIOD_CHOICES)
    start = _day()
    end = _day()
    kind = forms.ChoiceField(label=gettext_lazy("Message"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=_state_choices)
    tests = forms.ChoiceField(
        label=gettext_lazy("Tests"),
        required=False,
        choices=[("", gettext_lazy("With tests")), ("only", gettext_lazy("Tests only"))],
    )
    who = who_field(
        gettext_lazy("Name or phone number"),
        gettext_lazy("Name, phone number or its last four digits"),
    )

    def __init__(self, query: QueryDict, *, shop: Shop, now: datetime, gone: bool = False) -> None:
        self.shop, self.now, self.gone = shop, now, gone
        super().__init__({**DEFAULTS, **query.dict()}, auto_id="filter_%s")
        self.fields["start"].label, self.fields["end"].label = _("From"), _("To")
        self._choose("kind", [("", _("All messages")), *KINDS])
        self._choose("channel", [("", _("All channels")), *Channel.choices])
        self.meant: Who | None = None
        self.people: list[int] | None = None

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean_who(self) -> str:
        """Understand who is meant and find them; too many are told."""
        if self.gone:
            self.people = []
            raise say_gone()
        text: str = self.cleaned_data["who"].strip()
        if text:
            self.meant = read_who(text, self.shop)
            self.people = []
            self.people = find_customer_ids(self.shop, self.meant)
        return text

    def clean_end(self) -> date | None:
        """Not before the start."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data["end"]
        if start and end and end < start:
            raise ValidationError(_("This day comes before the first one."))
        return end if isinstance(end, date) else None

    @property
    def is_asking(self) -> bool:
        """Whether anything but the period is asked for."""
        names = ("kind", "channel", "state", "tests", "who")
        return any(self.data.get(name) for name in names)

    def wanted(self) -> Wanted:
        """What the valid fields ask for."""
        self.is_valid()
        data = self.cleaned_data
        since, until = self._period()
        state, reason = _state(data.get("state", ""))
        return Wanted(
            since=since,
            until=until,
            kind=data.get("kind", ""),
            channel=data.get("channel", ""),
            state=state,
            reason=reason,
            tests_only=bool(data.get("tests")),
            people=self.people,
            stranger=self.meant,
        )

    def _period(self) -> tuple[datetime | None, datetime | None]:
        """The instants [since, until) of the shop's days that were chosen."""
        zone, data = ZoneInfo(self.shop.timezone), self.cleaned_data
        period = data.get("period", DEFAULTS["period"])
        if period in PERIODS:
            first = local_day(self.now, zone) - timedelta(days=PERIODS[period])
            return instant(first, time(), zone), None
        if period == "all":
            return None, None
        start, end = data.get("start"), data.get("end")
        return (
            instant(start, time(), zone) if start else None,
            instant(end + timedelta(days=1), time(), zone) if end else None,
        )


def _state(value: str) -> tuple[State | None, Reason | None]:
    if value in Reason.values:
        return State.LEFT_OUT, Reason(value)
    return (State[value.upper()], None) if value else (None, None)
