"""Staff's view of what is sent: they look, and can only hold up or end a run (C6)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging import admin_points, runs  # noqa: F401 - its pages register themselves
from messaging.models import (
    Batch,
    Gateway,
    Message,
    MessageTemplate,
    Run,
    RunState,
    SenderNumber,
    SendingSettings,
    TemplateRevision,
)
from messaging.sender_numbers import MAX_NOTE, confirm_number
from orders.admin_reading import BaseAdmin, ReadOnlyAdmin, is_staff
from orders.masking import mask_email, mask_id, mask_phone
from orders.models import AuditEvent
from orders.signs import check_line


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ReadOnlyAdmin):
    """Templates, with the revision in use."""

    list_display = ("name", "shop", "channel", "topic", "current")
    list_filter = ("channel", "topic")
    list_select_related = ("shop", "current__template")
    ordering = ("-pk",)
    search_fields = ("name", "shop__name")


@admin.register(TemplateRevision)
class TemplateRevisionAdmin(ReadOnlyAdmin):
    """Wordings: none ever changes."""

    list_display = ("template", "number", "approved_at", "created_at")
    list_select_related = ("template",)
    ordering = ("-pk",)
    search_fields = ("template__name",)


@admin.register(Gateway)
class GatewayAdmin(ReadOnlyAdmin):
    """Which shop sends through whom. An account's keys are nobody's but the shop's."""

    list_display = ("shop", "channel", "provider", "checked_at", "failures", "rests_until")
    list_filter = ("channel", "provider")
    list_select_related = ("shop",)
    exclude = ("account",)
    ordering = ("-pk",)


class SenderNumberForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether a number is registered, and on what evidence."""

    registered = forms.BooleanField(label=_("Registered"), required=False)
    note = forms.CharField(
        label=_("Evidence"),
        max_length=MAX_NOTE,
        validators=[check_line],
        help_text=_("Which papers were shown, and who looked at them. It is kept on record."),
    )

    class Meta:
        model = SenderNumber
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As it stands."""
        super().__init__(*args, **kwargs)
        self.initial["registered"] = self.instance.registered_at is not None


@admin.register(SenderNumber)
class SenderNumberAdmin(BaseAdmin):
    """Numbers that texts come from. Where the provider can't be asked, staff confirm them."""

    form = SenderNumberForm
    list_display = ("number", "shop", "registered_at", "checked_at", "in_use")
    list_filter = ("in_use",)
    list_select_related = ("shop",)
    readonly_fields = ("shop", "number", "registered_at", "checked_at", "in_use")
    fields = (*readonly_fields, "registered", "note")
    ordering = ("-pk",)
    search_fields = ("number", "shop__name")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the shop's owner alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the shop's owner alone."""
        return False

    def save_model(
        self, request: HttpRequest, obj: SenderNumber, form: SenderNumberForm, change: bool
    ) -> None:
        """Put the word of staff on record."""
        assert request.user.is_authenticated  # noqa: S101 - the admin let them in
        said = form.cleaned_data
        confirm_number(
            number=obj,
            by=request.user,
            registered=said["registered"],
            note=said["note"],
            now=timezone.now(),
        )


@admin.register(SendingSettings)
class SendingSettingsAdmin(ReadOnlyAdmin):
    """Stops and closed hours. Staff stop a shop on the page of shops, where it is logged."""

    list_display = ("shop", "stopped_at", "suspended_at", "quiet_from", "quiet_until")
    list_select_related = ("shop",)
    ordering = ("-pk",)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """The times that something produced messages."""

    list_display = ("shop", "kind", "as_of", "state", "is_test")
    list_filter = ("kind", "state", "is_test")
    list_select_related = ("shop",)
    ordering = ("-pk",)
    actions = ("pause", "resume", "stop")

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Staff: a run is not edited, but can be held up."""
        return is_staff(request)

    @admin.action(description=_("Pause these runs"), permissions=["steer"])
    def pause(self, request: HttpRequest, chosen: QuerySet[Run]) -> None:
        """What waits goes on waiting (C6)."""
        done = _steer(request, chosen, "pause_run", lambda run, _now: runs.pause(run))
        text = ngettext("Paused %(n)s run.", "Paused %(n)s runs.", done) % {"n": done}
        self.message_user(request, text, messages.WARNING)

    @admin.action(description=_("Resume these runs"), permissions=["steer"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Run]) -> None:
        """The end of a pause (C6)."""
        done = _steer(request, chosen, "resume_run", lambda run, _now: runs.resume(run))
        text = ngettext("%(n)s run goes on.", "%(n)s runs go on.", done) % {"n": done}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Stop these runs for good"), permissions=["steer"])
    def stop(self, request: HttpRequest, chosen: QuerySet[Run]) -> None:
        """What waits is left out (C6)."""
        done = _steer(request, chosen, "stop_run", _stop)
        text = ngettext("Stopped %(n)s run.", "Stopped %(n)s runs.", done) % {"n": done}
        self.message_user(request, text, messages.WARNING)


def _stop(run: Run, now: datetime) -> bool:
    running = run.state != RunState.STOPPED
    if running:
        runs.stop(run, now=now)
    return running


def _steer(
    request: HttpRequest,
    chosen: QuerySet[Run],
    action: str,
    steer: Callable[[Run, datetime], bool],
) -> int:
    """Do this to each run, and log it where it changed something; returns how many it changed."""
    assert request.user.is_authenticated  # noqa: S101 - the admin let them in
    now, done = timezone.now(), 0
    for run in chosen:
        with transaction.atomic():
            if steer(run, now):
                done += 1
                AuditEvent.objects.create(
                    shop=run.shop,
                    user=request.user,
                    action=action,
                    about=f"run:{run.pk}",
                    reason="staff",
                    at=now,
                )
    return done


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """What goes out together. The payload stays out of sight: it holds addresses and texts."""

    list_display = (
        "id",
        "shop",
        "run",
        "state",
        "reason",
        "size",
        "failed",
        "unknown",
        "left_out",
        "attempt",
        "turn",
    )
    list_filter = ("state", "reason", "channel")
    list_select_related = ("shop", "run")
    exclude = ("payload",)
    ordering = ("-pk",)
    search_fields = ("=id",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Single messages, masked: addresses and variables are personal (F9)."""

    list_display = ("id", "shop", "recipient", "masked_address", "batch_state", "planned_at")
    list_select_related = ("shop", "customer", "batch")
    fields = (*list_display, "batch", "subject_key", "slot_key", "url")
    ordering = ("-pk",)
    search_fields = ("=id", "=subject_key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Without the variables, which hold names."""
        return super().get_queryset(request).defer("variables")

    @admin.display(description=_("customer"))
    def recipient(self, message: Message) -> str:
        """Masked; a dash for tests, guests and the erased."""
        return mask_id(message.customer.mall_id) if message.customer else "–"

    @admin.display(description=_("address"))
    def masked_address(self, message: Message) -> str:
        """Masked, whatever kind of address it is."""
        address = message.address
        return mask_email(address) if "@" in address else mask_phone(address)

    @admin.display(description=_("state of its batch"))
    def batch_state(self, message: Message) -> str:
        """The batch's; a message's own outcome stands in the console's history."""
        return str(message.batch.get_state_display())

    @admin.display(description=_("planned at"))
    def planned_at(self, message: Message) -> object:
        """When it was decided."""
        return message.batch.planned_at
