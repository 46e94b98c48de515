"""What runs when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Shop, ShopQuerySet


class Job(models.TextChoices):
    """Everything that is planned by the clock."""

    COUPON_ISSUED = "coupon_issued", _("Coupon issue messages")
    COUPON_EXPIRING = "coupon_expiring", _("Coupon expiry messages")
    CONSENTS = "consents", _("Consent notices")


class Due(models.Model):
    """When a shop's job is due next; the row that planners of the same job compete for.

    `seen_through` is how far the job has looked: the last tick of the issue job, the end of the
    last window of the expiry job. Empty after it was turned on: nothing has been seen.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="dues", db_index=False)
    job = models.CharField(_("job"), max_length=20, choices=Job)
    next_at = models.DateTimeField(_("next at"))
    seen_through = models.DateTimeField(_("seen through"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("due job")
        verbose_name_plural = _("due jobs")
        constraints = [models.UniqueConstraint(fields=["shop", "job"], name="due_once")]
        indexes = [models.Index(fields=["next_at"], name="due_next")]

    def __str__(self) -> str:
        return f"{self.shop} · {self.job} · {self.next_at:%Y-%m-%d %H:%M}"
