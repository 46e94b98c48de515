"""Orders, what was taken back from them, and when each status was reached.

Money is an integer in the currency's smallest unit (won, yen).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.catalogue import Product
from orders.models.people import Customer
from orders.models.shop import Shop, ShopQuerySet


class Order(models.Model):
    """An order. A guest's has no customer."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="orders", db_index=False)
    number = models.CharField(_("number"), max_length=60)
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="orders", db_index=False
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    total = models.BigIntegerField(_("total"))
    source_updated_at = models.DateTimeField(_("as of"), null=True, blank=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="order_once")]
        indexes = [
            models.Index(fields=["customer", "ordered_at"], name="order_customer"),
            models.Index(fields=["shop", "ordered_at"], name="order_time"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderItem(models.Model):
    """A line of an order, by its place among the order's kept lines (from 1)."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    quantity = models.IntegerField(_("quantity"))
    unit_price = models.BigIntegerField(_("unit price"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="order_line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="order_line_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"


class Cancellation(models.Model):
    """A line of goods taken back, and the order it came from where one could be found."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    number = models.CharField(_("number"), max_length=60)
    line = models.PositiveIntegerField(_("line"))
    order = models.ForeignKey(
        Order, models.CASCADE, null=True, blank=True, related_name="cancellations"
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    quantity = models.IntegerField(_("quantity"))
    happened_at = models.DateTimeField(_("happened at"))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("cancellation line")
        verbose_name_plural = _("cancellation lines")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "number", "line"], name="cancellation_line_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="cancellation_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.product} × {self.quantity}"


class Status(models.TextChoices):
    """How far an order has come."""

    ORDERED = "ordered", _("Ordered")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", pgettext_lazy("order", "Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    REFUNDED = "refunded", _("Refunded")


class OrderStatus(models.Model):
    """When an order reached a status, and when Dangol learnt of it."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="statuses", db_index=False)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    happened_at = models.DateTimeField(_("happened at"))
    learned_at = models.DateTimeField(_("learned at"))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("order status")
        verbose_name_plural = _("order statuses")
        constraints = [
            models.UniqueConstraint(fields=["order", "status"], name="order_status_once"),
        ]
        indexes = [models.Index(fields=["shop", "learned_at"], name="order_status_learned")]

    def __str__(self) -> str:
        return f"{self.order} {self.status}"
