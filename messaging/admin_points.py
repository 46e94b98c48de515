"""Staff and points: they set prices, confirm payments, and correct balances on record (F5)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging import payments
from messaging.models import PointsEntry, Price, Recharge, Wallet
from messaging.wallets import correct, locked_wallet
from orders.admin_reading import BaseAdmin, ReadOnlyAdmin, is_staff
from orders.models import Shop, User
from orders.signs import check_line

# A thousand messages at this price still fit what a batch can hold.
HIGHEST_PRICE = 100_000
MOST_CORRECTED = 1_000_000_000


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price that batches can hold."""

    points = forms.IntegerField(label=_("points"), min_value=0, max_value=HIGHEST_PRICE)

    class Meta:
        model = Price
        fields = ("points",)


@admin.register(Price)
class PriceAdmin(BaseAdmin):
    """What a message costs from now on. What is on its way keeps the price it was frozen at."""

    form = PriceForm
    list_display = ("service", "points")
    fields = ("service", "points")
    readonly_fields = ("service",)
    ordering = ("service",)

    def has_add_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Each service has its row from the start."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """What costs nothing has the price 0."""
        return False


def _link(model: type[Model], text: object, **asked: Any) -> SafeString:
    """To the list of these rows."""
    url = reverse(f"admin:messaging_{model._meta.model_name}_changelist", query=asked)
    return format_html('<a href="{}">{}</a>', url, text)


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    """Balances. They change by what is in the ledger alone."""

    list_display = ("shop", "available", "reserved", "spent", "recharged", "low_at", "ledger")
    list_select_related = ("shop",)
    search_fields = ("shop__name", "shop__slug")
    ordering = ("-pk",)

    @admin.display(description=_("points ledger"))
    def ledger(self, wallet: Wallet) -> SafeString:
        """To the shop's entries."""
        return _link(PointsEntry, _("points ledger"), shop__id__exact=wallet.pk)


class CorrectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Points that are added, or taken away with a minus."""

    shop = forms.ModelChoiceField(Shop.objects.order_by("name", "pk"), label=_("shop"))
    delta = forms.IntegerField(
        label=_("points"),
        min_value=-MOST_CORRECTED,
        max_value=MOST_CORRECTED,
        help_text=_("With a minus they are taken away, as far as they are available."),
    )
    note = forms.CharField(
        label=_("note"),
        max_length=200,
        help_text=_("The shop reads it in its ledger."),
        validators=[check_line],
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    class Meta:
        model = PointsEntry
        fields = ("shop", "note")

    def clean_delta(self) -> int:
        """Not nothing."""
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise forms.ValidationError(_("Zero corrects nothing."))
        return delta

    def clean(self) -> dict[str, Any]:
        """Not below zero. The wallet stays locked until the correction is written down."""
        said = self.cleaned_data
        if "shop" in said and "delta" in said:
            available = locked_wallet(said["shop"]).available
            if available + said["delta"] < 0:
                text = _("Only %(n)s points are available.") % {"n": available}
                self.add_error("delta", text)
        return said


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    """The ledger: nothing in it ever changes. Adding an entry is a correction."""

    form = CorrectionForm
    list_display = (
        *("at", "shop", "kind", "available", "reserved", "spent", "recharged"),
        *("batch_link", "note"),
    )
    list_filter = ("kind",)
    list_select_related = ("shop",)
    search_fields = ("=step", "=batch__id", "shop__name")
    ordering = ("-pk",)
    fields = (*list_display, "step")

    def has_add_permission(self, request: HttpRequest, obj: PointsEntry | None = None) -> bool:
        """Staff correct balances."""
        return is_staff(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """One shop's, where its wallet leads."""
        return lookup == "shop__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What a correction needs, or all that an entry says."""
        return ("shop", "delta", "note", "key") if obj is None else self.fields

    def save_model(
        self, request: HttpRequest, obj: PointsEntry, form: CorrectionForm, change: bool
    ) -> None:
        """Write the correction down, once for its form."""
        said = form.cleaned_data
        correct(
            shop=said["shop"],
            delta=said["delta"],
            note=said["note"],
            by=_staff(request),
            key=said["key"],
            now=timezone.now(),
        )
        entry = PointsEntry.objects.for_shop(said["shop"]).get(step=f"correction:{said['key']}")
        obj.pk, obj.step = entry.pk, entry.step

    @admin.display(description=_("batch"))
    def batch_link(self, entry: PointsEntry) -> object:
        """To the batch's own page."""
        if entry.batch_id is None:
            return "–"
        url = reverse("admin:messaging_batch_change", args=[entry.batch_id])
        return format_html('<a href="{}">{}</a>', url, entry.batch_id)


@admin.register(Recharge)
class RechargeAdmin(ReadOnlyAdmin):
    """Requests for points. Staff say that the money has come, or that it never will."""

    list_display = (
        *("shop", "points", "amount", "currency", "reference", "state"),
        *("requested_by", "requested_at", "ended_at"),
    )
    list_filter = ("state", "method")
    list_select_related = ("shop",)
    search_fields = ("=reference", "shop__name", "requested_by")
    ordering = ("-pk",)
    actions = ("mark_as_paid", "cancel")

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Staff: a request is not edited, but ended."""
        return is_staff(request)

    @admin.action(description=_("Mark as paid and add the points"), permissions=["steer"])
    def mark_as_paid(self, request: HttpRequest, chosen: QuerySet[Recharge]) -> None:
        """Once each, however often it is clicked."""
        done = _end(request, chosen, payments.confirm)
        text = ngettext("Paid: %(n)s request.", "Paid: %(n)s requests.", done) % {"n": done}
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)

    @admin.action(description=_("Cancel these requests"), permissions=["steer"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Recharge]) -> None:
        """What is paid stays paid."""
        done = _end(request, chosen, payments.cancel)
        text = ngettext("Cancelled %(n)s request.", "Cancelled %(n)s requests.", done)
        self.message_user(request, text % {"n": done}, messages.WARNING)


def _end(request: HttpRequest, chosen: QuerySet[Recharge], end: Callable[..., bool]) -> int:
    """How many of these requests it ended."""
    user, now = _staff(request), timezone.now()
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    return sum(end(recharge_id=pk, user=user, now=now) for pk in ids)


def _staff(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101 - the admin let them in
    return request.user
