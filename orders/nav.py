"""The console's side navigation: every entry once, by URL name."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Entry:
    """A page that the navigation leads to."""

    label: Text
    name: str


@dataclass(frozen=True)
class Section:
    """Entries under one heading; the first section has none."""

    heading: Text
    entries: tuple[Entry, ...]


SECTIONS = (
    Section("", (Entry(_("Home"), "crm:home"),)),
    Section(_("Automatic messages"), (Entry(_("Coupons"), "crm:coupon_messages"),)),
    Section(
        _("People"),
        (
            Entry(_("Members"), "crm:customers"),
            Entry(_("Consents"), "crm:consents"),
            Entry(_("Opt-outs"), "messaging:opt_outs"),
        ),
    ),
    Section(_("Coupons"), (Entry(_("Coupon list"), "crm:coupons"),)),
    Section(
        _("Messages"),
        (
            Entry(_("Templates"), "messaging:templates"),
            Entry(_("History"), "messaging:history"),
            Entry(_("Rehearse a past period"), "crm:rehearsal"),
        ),
    ),
    Section(
        _("Settings"),
        (
            Entry(_("Sending connections"), "messaging:gateways"),
            Entry(_("Points"), "messaging:points"),
            Entry(_("Shop settings"), "crm:shop_settings"),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it."""

    label: Text
    url: str
    current: bool


def sections(path: str) -> list[tuple[Text, list[Link]]]:
    """Headings and links, the one that `path` lies below marked as current."""
    urls = {entry: reverse(entry.name) for section in SECTIONS for entry in section.entries}
    here = current_url(path, list(urls.values()))
    return [
        (section.heading, [Link(e.label, urls[e], urls[e] == here) for e in section.entries])
        for section in SECTIONS
    ]


def current_url(path: str, urls: list[str]) -> str:
    """The longest of these that `path` begins with; the home page stands for itself alone."""
    below = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(below, key=len, default="")
