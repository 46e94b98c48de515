"""Keys with which a shop's own site asks the API."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.shop import Shop, ShopQuerySet


class ApiKey(models.Model):
    """A key of a shop. Only its hash is kept; `begins` is what people tell keys apart by."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="api_keys", db_index=False)
    hash = models.CharField(_("hash"), max_length=64, unique=True)
    begins = models.CharField(_("begins with"), max_length=12)
    created_at = models.DateTimeField(_("created at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes = [models.Index(fields=["shop", "-id"], name="api_key_shop")]

    def __str__(self) -> str:
        return f"{self.begins}…"
