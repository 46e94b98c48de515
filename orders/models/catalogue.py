"""What a shop sells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.shop import Shop, ShopQuerySet


class Product(models.Model):
    """A product, by the mall's own code."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="products", db_index=False)
    code = models.CharField(_("code"), max_length=80)
    name = models.CharField(_("name"), max_length=200, blank=True)
    source_updated_at = models.DateTimeField(_("as of"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="product_once")]

    def __str__(self) -> str:
        return self.name or self.code
