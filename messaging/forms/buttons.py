"""A message's buttons as rows of a form: they work without a script, and empty ones are none."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.buttons import KINDS, MAX_BUTTONS, Button, Kind, wrong_with
from messaging.models import Channel, Topic

# What a button of each kind is told beside its name.
_DETAILS = {Kind.LINK: ("url",), Kind.APP: ("ios", "android")}
_TOLD = re.compile(r"button_([1-9][0-9]{0,8})-(?:name|url|ios|android)")


class ButtonForm(forms.Form):
    """One button. A row without a name and an address is no button."""

    use_required_attribute = False

    type = forms.CharField(label=_("What it does"), required=False)
    # No maximum here: `wrong_with` says it; a box that swallows letters says nothing.
    name = forms.CharField(label=_("Name"), required=False)
    url = forms.CharField(label=_("Address"), required=False)
    ios = forms.CharField(label=_("Opens on iPhone"), required=False)
    android = forms.CharField(label=_("Opens on Android"), required=False)

    def __init__(self, *args: Any, channel: Channel, topic: Topic, **kwargs: Any) -> None:
        """A row for a button of this channel."""
        super().__init__(*args, **kwargs)
        self.channel, self.topic = channel, topic
        kinds = [kind for kind in KINDS.get(channel, ()) if kind != Kind.ADD_CHANNEL]
        # A plain select over a text field: an unknown kind is named by `wrong_with`, too.
        self.fields["type"].widget = forms.Select(choices=[(k.value, k.label) for k in kinds])
        for name in ("name", "url", "ios", "android"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["url"].widget.attrs["placeholder"] = "https://"
        self.fields["ios"].widget.attrs["placeholder"] = "shop://coupons"
        self.fields["android"].widget.attrs["placeholder"] = "shop://coupons"

    @property
    def kind(self) -> str:
        """What it does, as it stands now."""
        return self["type"].value() or Kind.LINK

    @property
    def app_fields(self) -> list[forms.BoundField]:
        """What opens an app on each kind of phone."""
        return [self["ios"], self["android"]]

    def typed(self) -> dict[str, str] | None:
        """The button as it is typed, right or wrong; None for an empty row."""
        found = {name: str(self[name].value() or "").strip() for name in self.fields}
        if not any(found[name] for name in ("name", "url", "ios", "android")):
            return None
        kind = found["type"] or Kind.LINK.value
        told = [name for known, names in _DETAILS.items() if known == kind for name in names]
        button = {"type": kind, "name": found["name"]}
        return button | {name: found[name] for name in told if found[name]}

    def clean(self) -> dict[str, Any]:
        """Each error at its own field."""
        button = self.typed()
        wrong = wrong_with(button, channel=self.channel, topic=self.topic) if button else {}
        for field, errors in wrong.items():
            self.add_error(field, errors)
        return self.cleaned_data


def button_forms(
    data: Mapping[str, Any] | None,
    *,
    channel: Channel,
    topic: Topic,
    buttons: list[Button],
    editable: bool,
) -> list[ButtonForm]:
    """As many rows as the channel takes buttons, filled in from these.

    What is posted beyond them has rows, too, as many as make the buttons too many: it is refused
    by whoever counts them, and not passed over.
    """
    if channel not in KINDS:
        return []
    own = [button for button in buttons if button["type"] != Kind.ADD_CHANNEL]
    rows = [
        ButtonForm(
            data,
            prefix=f"button_{place}",
            initial=own[place - 1] if place <= len(own) else {"type": Kind.LINK.value},
            channel=channel,
            topic=topic,
        )
        for place in [*range(1, MAX_BUTTONS + 1), *_places_beyond(data or {})]
    ]
    for row in rows:
        for field in row.fields.values():
            field.disabled = not editable
    return rows


def _places_beyond(data: Mapping[str, Any]) -> list[int]:
    found = {
        int(match[1])
        for name in data
        if str(data[name]).strip() and (match := _TOLD.fullmatch(name))
    }
    return sorted(place for place in found if place > MAX_BUTTONS)[: MAX_BUTTONS + 1]
