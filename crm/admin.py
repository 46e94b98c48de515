"""Staff's view of shops, with the switch that stops one (F11), and of the jobs."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_q import admin as queue_admin
from django_q.models import Failure, OrmQ, Schedule, Success, Task

from crm import staff
from crm.models import CouponMessageSettings, CouponOverride, Due, OwnerAlert
from crm.sending import resume_sending, stop_sending
from messaging.models import ClosedFeature, Feature
from orders.admin_reading import BaseAdmin, ReadOnlyAdmin
from orders.logs import mask_text
from orders.models import Shop
from orders.signs import check_line
from orders.templatetags.console import shop_time


class ReasonForm(ActionForm):
    """Beside an action: why."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=staff.MAX_REASON)


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]
    """A shop, and what is closed for it."""

    name = forms.CharField(label=_("name"), max_length=80, validators=[check_line])
    closed = forms.MultipleChoiceField(
        label=_("Closed features"),
        choices=Feature.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Shop
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ticked is what is closed now."""
        super().__init__(*args, **kwargs)
        closed = ClosedFeature.objects.for_shop(self.instance)
        self.initial["closed"] = list(closed.values_list("feature", flat=True))


@admin.register(OwnerAlert)
class OwnerAlertAdmin(ReadOnlyAdmin):
    """What owners were told, and when."""

    list_display = ("shop", "kind", "about", "since", "mailed_at", "ended_at")
    list_filter = ("kind",)
    list_select_related = ("shop",)
    ordering = ("-pk",)


@admin.register(Shop)
class ShopAdmin(BaseAdmin):
    """Shops. One is made by the command `create_shop`, which gives it all that it needs."""

    form = ShopForm
    action_form = ReasonForm
    list_display = (
        *("name", "slug", "country", "timezone", "created_at"),
        *("stopped_at", "suspended_at", "suspended_because"),
    )
    list_filter = ("country",)
    list_select_related = ("sending",)
    search_fields = ("name", "slug")
    readonly_fields = (
        *("slug", "country", "timezone", "currency", "created_at"),
        *("stopped_at", "suspended_at", "suspended_because"),
    )
    fields = ("name", *readonly_fields, "closed")
    ordering = ("name", "pk")
    actions = ("stop", "resume", "suspend", "lift")

    def has_add_permission(self, request: HttpRequest, obj: Shop | None = None) -> bool:
        """By the command alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Shop | None = None) -> bool:
        """Nothing deletes a shop with all of its history."""
        return False

    @admin.display(description=_("stopped at"))
    def stopped_at(self, shop: Shop) -> str:
        """Since when nothing is sent."""
        sending = getattr(shop, "sending", None)
        return shop_time(sending.stopped_at if sending else None)

    @admin.display(description=_("suspended at"))
    def suspended_at(self, shop: Shop) -> str:
        """Since when staff let it send nothing."""
        sending = getattr(shop, "sending", None)
        return shop_time(sending.suspended_at if sending else None)

    @admin.display(description=_("suspended because"))
    def suspended_because(self, shop: Shop) -> str:
        """What the owner reads."""
        sending = getattr(shop, "sending", None)
        return sending.suspended_because if sending else ""

    def save_model(self, request: HttpRequest, obj: Shop, form: ShopForm, change: bool) -> None:
        """The shop's name, and what is closed for it (F11)."""
        super().save_model(request, obj, form, change)
        assert request.user.is_authenticated  # noqa: S101 - the admin let them in
        closed = [Feature(name) for name in form.cleaned_data["closed"]]
        staff.close_features(shop=obj, by=request.user, closed=closed, now=timezone.now())

    @admin.action(description=_("Suspend these shops (write why)"), permissions=["change"])
    def suspend(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        """F11: until staff lift it, and the owner reads why."""
        assert request.user.is_authenticated  # noqa: S101 - the admin let them in
        now, why = timezone.now(), request.POST.get("reason", "")
        try:
            done = sum(
                staff.suspend(shop=shop, by=request.user, reason=why, now=now) for shop in shops
            )
        except ValidationError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        text = ngettext("Suspended %(n)s shop.", "Suspended %(n)s shops.", done) % {"n": done}
        self.message_user(request, text, messages.WARNING)

    @admin.action(description=_("Lift the suspension of these shops"), permissions=["change"])
    def lift(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        """The end of a suspension."""
        assert request.user.is_authenticated  # noqa: S101 - the admin let them in
        now = timezone.now()
        done = sum(staff.lift(shop=shop, by=request.user, now=now) for shop in shops)
        text = ngettext("%(n)s shop sends again.", "%(n)s shops send again.", done) % {"n": done}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=_("Stop all sending of these shops"), permissions=["change"])
    def stop(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        """F11, by staff."""
        assert request.user.is_authenticated  # noqa: S101 - the admin let them in
        now = timezone.now()
        done = sum(
            stop_sending(shop=shop, user=request.user, now=now, reason="staff") for shop in shops
        )
        text = ngettext("Stopped %(n)s shop.", "Stopped %(n)s shops.", done) % {"n": done}
        self.message_user(request, text, messages.WARNING)

    @admin.action(description=_("Let these shops send again"), permissions=["change"])
    def resume(self, request: HttpRequest, shops: QuerySet[Shop]) -> None:
        """The end of a stop."""
        assert request.user.is_authenticated  # noqa: S101 - the admin let them in
        now = timezone.now()
        done = sum(
            resume_sending(shop=shop, user=request.user, now=now, reason="staff") for shop in shops
        )
        text = ngettext("%(n)s shop sends again.", "%(n)s shops send again.", done) % {"n": done}
        self.message_user(request, text, messages.SUCCESS)


@admin.register(CouponMessageSettings)
class CouponMessageSettingsAdmin(ReadOnlyAdmin):
    """What a merchant set."""

    list_display = ("shop", "issue_since", "expiry_since", "expiry_time")
    list_select_related = ("shop",)
    ordering = ("-pk",)


@admin.register(CouponOverride)
class CouponOverrideAdmin(ReadOnlyAdmin):
    """What single coupons do differently."""

    list_display = ("coupon", "issue_template", "expiry_template", "url")
    list_select_related = ("coupon", "issue_template", "expiry_template")
    ordering = ("-pk",)


@admin.register(Due)
class DueAdmin(ReadOnlyAdmin):
    """What runs next, and how far it has looked."""

    list_display = ("shop", "job", "next_at", "seen_through", "leased_until")
    list_filter = ("job",)
    list_select_related = ("shop",)
    ordering = ("next_at",)


# The queue's own pages would let whoever reaches them run any function by its name: ours only show.
for _model in (Schedule, Success, Failure, OrmQ):
    if queue_admin.admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """What the queue repeats."""

    list_display = ("name", "func", "schedule_type", "minutes", "cluster", "next_run")
    fields = list_display
    ordering = ("-pk",)


class TaskAdmin(ReadOnlyAdmin):
    """Tasks that have run. What they were given and gave back stays out of sight."""

    list_display = ("name", "func", "cluster", "started", "stopped", "attempt_count")
    fields: ClassVar[tuple[str, ...]] = ("id", *list_display)
    ordering = ("-stopped",)
    search_fields = ("=name", "func")


@admin.register(Success)
class SuccessAdmin(TaskAdmin):
    """Tasks that went well."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Those alone."""
        return super().get_queryset(request).filter(success=True)


@admin.register(Failure)
class FailureAdmin(TaskAdmin):
    """Tasks that failed, and of what."""

    fields = (*TaskAdmin.fields, "problem")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Those alone."""
        return super().get_queryset(request).filter(success=False)

    @admin.display(description=_("problem"))
    def problem(self, task: Task) -> str:
        """The error, masked as in the logs (F9)."""
        return mask_text(str(task.result))


@admin.register(OrmQ)
class QueueAdmin(ReadOnlyAdmin):
    """Tasks that wait."""

    list_display = ("id", "key", "name", "func", "lock")
    fields = list_display
    ordering = ("-pk",)
