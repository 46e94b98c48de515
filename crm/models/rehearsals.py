"""What would have gone out: a merchant's question and its answer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Shop, ShopQuerySet


class RehearsalState(models.TextChoices):
    """How far a rehearsal is."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


OPEN_STATES = (RehearsalState.QUEUED, RehearsalState.RUNNING)


class Rehearsal(models.Model):
    """A replay of a past period that sent nothing. `kinds` lists what was tried as turned on.

    `result` is `{"kinds": {kind: {"planned": n, "left_out": {reason: n}}},
    "days": {"YYYY-MM-DD": planned}}`.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="rehearsals", db_index=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(_("asked at"))
    start = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    kinds = models.JSONField(_("messages"))
    state = models.CharField(
        _("state"), max_length=8, choices=RehearsalState, default=RehearsalState.QUEUED
    )
    percent = models.PositiveSmallIntegerField(_("progress"), default=0)
    result = models.JSONField(_("result"), null=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        indexes = [models.Index(fields=["shop", "-asked_at"], name="rehearsal_shop")]
        constraints = [
            models.UniqueConstraint(
                fields=["shop"],
                condition=models.Q(state__in=OPEN_STATES),
                name="one_open_rehearsal_a_shop",
            ),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="rehearsal_has_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.start:%Y-%m-%d} – {self.end:%Y-%m-%d}"
