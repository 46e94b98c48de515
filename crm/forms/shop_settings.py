"""When the shop is closed for information."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import SendingSettings

HALF_HOURS = [dt.time(n // 2, n % 2 * 30) for n in range(48)]
_CHOICES = [(f"{at:%H:%M}", f"{at:%H:%M}") for at in HALF_HOURS]
_AT_FIRST = {"quiet_from": "21:00", "quiet_until": "08:00"}


def _time(value: str) -> dt.time:
    return dt.time.fromisoformat(value)


class QuietHoursForm(forms.Form):
    """A switch and two half hours."""

    closed = forms.BooleanField(
        label=_("Close at certain hours"),
        required=False,
        help_text=_("What falls into these hours waits until they end. Nothing is lost."),
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )
    quiet_from = forms.TypedChoiceField(label=_("Closed from"), choices=_CHOICES, coerce=_time)
    quiet_until = forms.TypedChoiceField(label=_("Open again at"), choices=_CHOICES, coerce=_time)

    def __init__(
        self, *args: Any, sending: SendingSettings, editable: bool = True, **kwargs: Any
    ) -> None:
        """A form on these settings; read-only for who may not edit."""
        super().__init__(*args, **kwargs)
        self.initial.update({"closed": sending.quiet_from is not None, **_AT_FIRST})
        for name in _AT_FIRST:
            if (at := getattr(sending, name)) is not None:
                self.initial[name] = f"{at:%H:%M}"
        for field in self.fields.values():
            field.disabled = not editable

    def hours(self) -> tuple[dt.time | None, dt.time | None]:
        """From and until as typed; both None where the switch is off."""
        if not self.cleaned_data["closed"]:
            return None, None
        return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
