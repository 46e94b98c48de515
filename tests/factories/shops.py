"""Shops, who works and buys there, and the coupons that they have."""

import datetime as dt

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import Password

from coupons.models import Coupon, DiscountType, IssuedCoupon
from orders.models import (
    Consent,
    ConsentKind,
    Country,
    Customer,
    Membership,
    Order,
    OrderItem,
    Product,
    Role,
    Shop,
    User,
)
from tests.factories.base import NOW, Factory


class ShopFactory(Factory[Shop]):
    """A Korean shop."""

    class Meta:
        model = Shop

    slug = Sequence(lambda n: f"shop-{n}")
    name = "봄날문구"
    country = Country.KOREA
    timezone = "Asia/Seoul"
    currency = "KRW"
    created_at = NOW


class UserFactory(Factory[User]):
    """Someone who logs in (with `client.force_login`)."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person-{n}@example.com")
    password = Password(None)


class MembershipFactory(Factory[Membership]):
    """A user's role in a shop: the owner, unless said otherwise."""

    class Meta:
        model = Membership

    shop = SubFactory(ShopFactory)
    user = SubFactory(UserFactory)
    role = Role.OWNER


class CustomerFactory(Factory[Customer]):
    """A member with a name and a phone of a range that nobody has."""

    class Meta:
        model = Customer

    shop = SubFactory(ShopFactory)
    mall_id = Sequence(lambda n: f"member{n:05d}")
    name = "김하늘"
    phone = Sequence(lambda n: f"+82100{n:07d}")
    email = LazyAttribute(lambda customer: f"{customer.mall_id}@example.com")


class ConsentFactory(Factory[Consent]):
    """A consent that holds."""

    class Meta:
        model = Consent

    customer = SubFactory(CustomerFactory)
    kind = ConsentKind.TEXT
    given = True
    since = NOW - dt.timedelta(days=100)
    source = "mall"


class ProductFactory(Factory[Product]):
    """A product."""

    class Meta:
        model = Product

    shop = SubFactory(ShopFactory)
    code = Sequence(lambda n: f"P{n:05d}")
    name = "세라믹 머그컵"


class OrderFactory(Factory[Order]):
    """A customer's order of yesterday, without lines."""

    class Meta:
        model = Order

    shop = SelfAttribute("customer.shop")
    customer = SubFactory(CustomerFactory)
    number = Sequence(lambda n: f"20261119-{n:07d}")
    ordered_at = NOW - dt.timedelta(days=1)
    total = 12000


class OrderItemFactory(Factory[OrderItem]):
    """An order's line."""

    class Meta:
        model = OrderItem

    order = SubFactory(OrderFactory)
    line = 1
    product = SubFactory(ProductFactory, shop=SelfAttribute("..order.shop"))
    quantity = 1
    unit_price = 12000


class CouponFactory(Factory[Coupon]):
    """A coupon of ten per cent that has its grant basis."""

    class Meta:
        model = Coupon

    shop = SubFactory(ShopFactory)
    code = Sequence(lambda n: f"C{n:05d}")
    name = "봄맞이 10% 쿠폰"
    discount_type = DiscountType.PERCENT
    discount_value = 10
    grant_basis = "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."


class IssuedCouponFactory(Factory[IssuedCoupon]):
    """A usable coupon in a customer's box, issued an hour ago for ten days."""

    class Meta:
        model = IssuedCoupon

    customer = SubFactory(CustomerFactory)
    shop = SelfAttribute("customer.shop")
    coupon = SubFactory(CouponFactory, shop=SelfAttribute("..shop"))
    code = Sequence(lambda n: f"I{n:07d}")
    issued_at = NOW - dt.timedelta(hours=1)
    valid_from = SelfAttribute("issued_at")
    expires_at = LazyAttribute(lambda issued: issued.valid_from + dt.timedelta(days=10))
    learned_at = SelfAttribute("issued_at")
