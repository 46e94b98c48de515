"""One message to one person, and what became of it."""

from typing import Any, Self

from django.db import models
from django.db.models.functions import Coalesce, Right
from django.utils.translation import gettext_lazy as _

from messaging.models.batches import Batch, Reason, State
from messaging.models.gateways import Gateway
from messaging.models.templates import TemplateRevision
from orders.models import Customer, Shop, ShopQuerySet


def _hot(to: type[models.Model], **options: Any) -> Any:
    """A foreign key without constraint or index.

    Three constraints cut the insert to 40 % (docs/measurements.md); the nightly check and a test
    hold what they would.
    """
    return models.ForeignKey(
        to, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, **options
    )


class MessageQuerySet(ShopQuerySet):
    """Questions about messages."""

    def with_state(self) -> Self:
        """Adds `state` and `reason` as they are shown: the message's own, else its batch's.

        For reading rows already found; a filter on these would read every row of the shop.
        """
        return self.annotate(
            state=Coalesce("outcome__state", "batch__state"),
            # An outcome's empty reason is its own too: its batch's would be another's.
            reason=models.Case(
                models.When(outcome__isnull=False, then=models.F("outcome__reason")),
                default=models.F("batch__reason"),
            ),
        )


class Message(models.Model):
    """One message to one person on one channel, from planned to its end. Also the outbox.

    Inserted once. Changed only when a left-out one is mended (it moves to another batch), when it
    is frozen (today's address; a bundle that lost a coupon, A7), and by erasure. `customer` is
    empty for tests, guests and the erased. `variables` holds plain values; `messaging.wording`
    says how each is written out.
    """

    id = models.BigIntegerField(primary_key=True)
    shop = _hot(Shop)
    customer = _hot(Customer, null=True)
    batch = _hot(Batch)
    # What the message is about: decided once.
    subject_key = models.CharField(_("subject key"), max_length=80)
    # The place it takes, where only one may take it; empty for what is left out.
    slot_key = models.CharField(_("slot key"), max_length=80, null=True)  # noqa: DJ001
    address = models.CharField(_("address"), max_length=255, blank=True)
    variables = models.JSONField(_("variables"))
    url = models.CharField(_("URL"), max_length=500, blank=True)
    # The message that this left-out one was joined with (A3).
    joined = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["shop", "subject_key"], name="message_once"),
            models.UniqueConstraint(
                fields=["shop", "slot_key"],
                condition=models.Q(slot_key__isnull=False),
                name="message_slot",
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "id"], name="message_batch"),
            models.Index(fields=["customer", "batch", "id"], name="message_customer"),
            models.Index(
                models.F("shop"),
                Right("address", 4),
                condition=models.Q(customer=None),
                name="message_stranger",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Outcome(models.Model):
    """What is a message's own and not its batch's; at most one a message."""

    message = models.OneToOneField(
        Message,
        models.DO_NOTHING,
        primary_key=True,
        related_name="outcome",
        db_constraint=False,
    )
    batch = _hot(Batch)
    state = models.SmallIntegerField(_("state"), choices=State)
    # A `Reason` where left out; the provider's own word where failed.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        indexes = [
            models.Index(
                fields=["batch", "state", "reason"],
                condition=~models.Q(state=State.DELIVERED),
                name="outcome_exceptions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.get_state_display()}"


class PastReason(models.Model):
    """Why a message was left out before it was decided otherwise (F2: every decision is kept)."""

    message = models.ForeignKey(
        Message, models.DO_NOTHING, related_name="past_reasons", db_constraint=False
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("past reason")
        verbose_name_plural = _("past reasons")

    def __str__(self) -> str:
        return f"{self.message_id}: {self.reason}"


class Draft(models.Model):
    """A decided message that is not written yet: a row of a chunk's temporary table.

    A campaign adds what it needs beside, fills the table with one SELECT and hands its rows to
    `messaging.outbox.write`. The table lives as long as the chunk's transaction.
    """

    # Counts the whole chunk's rows from 1: those that may share batches follow each other.
    number = models.BigIntegerField()
    customer = _hot(Customer, null=True)
    revision = _hot(TemplateRevision, null=True)
    gateway = _hot(Gateway, null=True)
    reason = models.CharField(max_length=20)
    # 1 where the customer has agreed to advertising at night, so that it need not wait (F3).
    night = models.SmallIntegerField()
    # The oldest left-out message that this decides anew, and whether it stays left out as it is.
    existing = _hot(Message, null=True)
    stays = models.BooleanField()

    class Meta:
        abstract = True
