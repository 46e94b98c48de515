"""Floor 1: what the shop tells us."""

from orders.models.api import ApiKey
from orders.models.catalogue import Product
from orders.models.orders import Cancellation, Order, OrderItem, OrderStatus, Status
from orders.models.people import Consent, ConsentKind, Customer
from orders.models.shop import AuditEvent, Country, Membership, Role, Shop, ShopQuerySet, User

__all__ = [
    "ApiKey",
    "AuditEvent",
    "Cancellation",
    "Consent",
    "ConsentKind",
    "Country",
    "Customer",
    "Membership",
    "Order",
    "OrderItem",
    "OrderStatus",
    "Product",
    "Role",
    "Shop",
    "ShopQuerySet",
    "Status",
    "User",
]
