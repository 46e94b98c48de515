"""Rows for tests, with as little said as a test needs.

Everything hangs on a shop: pass the one you mean (`CustomerFactory(shop=shop)`), or get a new one.
"""

from tests.factories.base import NOW
from tests.factories.messages import (
    BODY,
    BUTTONS,
    BatchFactory,
    ChunkFactory,
    GatewayFactory,
    MessageFactory,
    MessageTemplateFactory,
    OutcomeFactory,
    PastReasonFactory,
    RunFactory,
    TemplateRevisionFactory,
    coupon_values,
)
from tests.factories.shops import (
    ConsentFactory,
    CouponFactory,
    CustomerFactory,
    IssuedCouponFactory,
    MembershipFactory,
    OrderFactory,
    OrderItemFactory,
    ProductFactory,
    ShopFactory,
    UserFactory,
)

__all__ = [
    "BODY",
    "BUTTONS",
    "NOW",
    "BatchFactory",
    "ChunkFactory",
    "ConsentFactory",
    "CouponFactory",
    "CustomerFactory",
    "GatewayFactory",
    "IssuedCouponFactory",
    "MembershipFactory",
    "MessageFactory",
    "MessageTemplateFactory",
    "OrderFactory",
    "OrderItemFactory",
    "OutcomeFactory",
    "PastReasonFactory",
    "ProductFactory",
    "RunFactory",
    "ShopFactory",
    "TemplateRevisionFactory",
    "UserFactory",
    "coupon_values",
]
