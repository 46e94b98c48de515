"""Run → chunk → batch: what produced messages, in which step, and what they share.

A message's state is its batch's unless it has an outcome of its own (`messages.Outcome`), so
sending a thousand messages changes one row. Ids are reckoned, not drawn (`messaging.ids`), so that
planning knows them before the rows are there and inserts each table with one statement.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messaging.models.gateways import Channel, Gateway, Service
from messaging.models.templates import TemplateRevision
from orders.models import Shop, ShopQuerySet


class State(models.IntegerChoices):
    """What became of a message. The first answer about a batch holds; the value is only stored."""

    WAITING = 0, _("Waiting")
    SENDING = 1, _("Sending")
    UNKNOWN = 2, _("Unknown")
    SENT = 3, _("Sent")
    FAILED = 4, _("Failed")
    DELIVERED = 5, _("Delivered")
    LEFT_OUT = 6, _("Left out")


OPEN_STATES = (State.WAITING, State.SENDING)
# The columns of a batch that count the messages with an outcome of their own.
COUNTERS = {
    State.UNKNOWN: "unknown",
    State.SENT: "sent",
    State.FAILED: "failed",
    State.DELIVERED: "delivered",
    State.LEFT_OUT: "left_out",
}


class Reason(models.TextChoices):
    """Why somebody is left out: one vocabulary everywhere. In the order in which they are asked."""

    NO_ADDRESS = "no_address", _("No address")
    NO_CONSENT = "no_consent", _("Did not agree to advertising")
    OPTED_OUT = "opted_out", _("Refused advertising")
    UNVERIFIED = "unverified", _("The e-mail address is not verified")
    NO_POINTS = "no_points", _("Not enough points")
    NO_GRANT_BASIS = "no_grant_basis", _("The coupon has no grant basis")
    NO_GATEWAY = "no_gateway", _("The channel is not connected")
    NO_TEMPLATE = "no_template", _("No template in use")
    COUPON_GONE = "coupon_gone", _("The coupon can no longer be used")
    DUPLICATE = "duplicate", _("Joined with another message")
    OLD_NEWS = "old_news", _("Too late to be news")
    STOPPED = "stopped", _("Sending was stopped")


class RunState(models.TextChoices):
    """What may be done with a run's messages. Only an open run is sent from."""

    OPEN = "open", pgettext_lazy("run", "Open")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")


class Run(models.Model):
    """One time that something produced messages.

    `label` is an English source string, shown translated; `page` the URL name of what made it:
    copies, so that history needs nothing of the floor above.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="runs", db_index=False)
    kind = models.CharField(_("kind"), max_length=20)
    label = models.CharField(_("label"), max_length=80)
    page = models.CharField(_("page"), max_length=60, blank=True)
    is_test = models.BooleanField(_("test"), default=False)
    as_of = models.DateTimeField(_("as of"))
    # After this moment what still waits is left out `old_news`; empty: never.
    give_up_at = models.DateTimeField(_("gives up at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.OPEN)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "kind", "as_of"],
                condition=Q(is_test=False),
                name="run_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.as_of:%Y-%m-%d %H:%M}"


class Chunk(models.Model):
    """One transaction's worth of a run's planning."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")

    def __str__(self) -> str:
        return f"{self.run} · {self.pk}"


class Batch(models.Model):
    """Messages that are sent, or left out, together and share all but their outcome.

    `size` counts its messages; `unknown`, `sent`, `failed`, `delivered`, `left_out` those with an
    outcome of their own. `turn` is when a worker may next take it: fairness, a lease while it is
    being sent, and the pause before a retry are all this one time.
    """

    id = models.BigIntegerField(primary_key=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="batches")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, blank=True)
    gateway = models.ForeignKey(
        Gateway, models.PROTECT, null=True, related_name="+", db_index=False
    )
    revision = models.ForeignKey(
        TemplateRevision, models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.SmallIntegerField(_("state"), choices=State)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    planned_at = models.DateTimeField(_("planned at"))
    not_before = models.DateTimeField(_("not before"), null=True)
    turn = models.DateTimeField(_("turn"), null=True)

    size = models.PositiveIntegerField(_("messages"))
    unknown = models.PositiveIntegerField(_("unknown"), default=0)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    delivered = models.PositiveIntegerField(_("delivered"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)

    # What the text was finished with, as it stood at freezing: the number it came from, and the
    # one that an advertising text names.
    sender = models.CharField(_("sender number"), max_length=20, blank=True)
    opt_out_number = models.CharField(_("080 opt-out number"), max_length=20, blank=True)

    # Prices are fixed at freezing; what the batch holds of the wallet follows from its counters
    # (`messaging.points`). `fell_back` counts those delivered by their fallback.
    service = models.CharField(_("service"), max_length=8, choices=Service, blank=True)
    price = models.PositiveIntegerField(_("price"), default=0)
    fallback_price = models.PositiveIntegerField(_("price of the fallback"), default=0)
    fell_back = models.PositiveIntegerField(_("delivered by the fallback"), default=0)
    points_reserved = models.PositiveIntegerField(_("points reserved"), default=0)
    points_spent = models.PositiveIntegerField(_("points spent"), default=0)

    # Set together, before the first byte goes out; what is frozen never changes.
    key = models.UUIDField(_("key"), null=True)
    payload = models.BinaryField(_("payload"), null=True)
    frozen_at = models.DateTimeField(_("frozen at"), null=True)
    # When it was first tried: a provider that is busy is tried for a day.
    tried_since = models.DateTimeField(_("tried since"), null=True)
    attempt = models.PositiveSmallIntegerField(_("attempts"), default=0)
    provider_ref = models.CharField(_("provider's reference"), max_length=100, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=["shop", "id"], name="batch_history"),
            models.Index(fields=["shop", "state", "id"], name="batch_state"),
            models.Index(fields=["turn"], condition=Q(state__in=OPEN_STATES), name="batch_due"),
            # For polls: what a gateway was handed and of which more may become known.
            models.Index(
                fields=["gateway", "frozen_at"],
                condition=Q(state__in=(State.SENDING, State.UNKNOWN, State.SENT)),
                name="batch_handed_over",
            ),
            models.Index(
                fields=["settled_at"], condition=Q(points_reserved__gt=0), name="batch_reserves"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(key__isnull=False), name="batch_key_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(frozen_at__isnull=False, key__isnull=False),
                name="frozen_before_sent",
            ),
            models.CheckConstraint(
                condition=Q(state=State.LEFT_OUT) ^ Q(reason=""), name="reason_where_left_out"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=OPEN_STATES)
                | Q(gateway__isnull=False, revision__isnull=False, turn__isnull=False),
                name="open_batch_can_be_sent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
