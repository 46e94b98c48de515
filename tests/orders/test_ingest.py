"""The one door for facts."""

import datetime as dt

import pytest

from coupons.records import CouponRecord, IssuedCouponRecord
from crm.ingest import CouponOverrideRecord
from orders.ingest import BATCH, Counts, ingest, registered
from orders.models import Cancellation, Consent, Customer, Order, OrderItem, OrderStatus, Product
from orders.records import (
    CancellationRecord,
    ConsentRecord,
    CustomerRecord,
    ItemRecord,
    OrderRecord,
    ProductRecord,
)
from tests.factories import NOW, ShopFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def order(number="1", customer="a", at=NOW - DAY, items=(("cup", 2),), as_of=None):
    lines = tuple(
        ItemRecord(place, code, quantity, 1000)
        for place, (code, quantity) in enumerate(items, start=1)
    )
    return OrderRecord(number, customer, at, lines, as_of=as_of)


def taken_back(quantity, *, number="C1", line=1, customer="a", product="cup", at=NOW):
    return CancellationRecord(number, line, customer, product, quantity, at)


def learn(shop, *records, now=NOW):
    return ingest(shop=shop, records=records, now=now)


def test_every_record_has_its_sink():
    assert set(registered()) == {
        CustomerRecord,
        ConsentRecord,
        ProductRecord,
        OrderRecord,
        CancellationRecord,
        CouponRecord,
        IssuedCouponRecord,
        CouponOverrideRecord,
    }


def test_a_record_without_a_sink_is_an_error():
    with pytest.raises(TypeError, match="nothing is registered for str"):
        ingest(shop=ShopFactory.create(), records=["order"], now=NOW)


def test_the_same_facts_again_write_nothing():
    shop = ShopFactory.create()
    facts = [
        ProductRecord("cup", "Cup", as_of=NOW),
        CustomerRecord("a", name="가나다"),
        ConsentRecord("a", "text", True, NOW - DAY, "mall"),
        order(),
        taken_back(2),
    ]
    assert learn(shop, *facts).changed == 1 + 1 + 1 + 3 + 2
    assert learn(shop, *facts, now=NOW + DAY) == Counts()


def test_a_second_time_needs_no_more_queries_for_more_records(django_assert_max_num_queries):
    shop = ShopFactory.create()
    facts = [order(str(n), f"c{n % 7}") for n in range(BATCH)]
    learn(shop, *facts)
    with django_assert_max_num_queries(15):
        learn(shop, *facts)


def test_an_order_brings_the_customer_and_the_products_that_nobody_told():
    shop = ShopFactory.create()
    learn(shop, order(items=[("cup", 2), ("pen", 1)]))
    assert Order.objects.get(customer__mall_id="a")
    assert set(Product.objects.values_list("code", flat=True)) == {"cup", "pen"}
    assert Order.objects.get().total == 3000


def test_a_guests_order_has_no_customer():
    learn(ShopFactory.create(), order(customer=None))
    assert Order.objects.get().customer is None
    assert not Customer.objects.exists()


def test_older_news_never_overwrites_later():
    shop = ShopFactory.create()
    learn(shop, ProductRecord("cup", "New name", as_of=NOW))
    assert learn(shop, ProductRecord("cup", "Old name", as_of=NOW - DAY)) == Counts()
    assert learn(shop, ProductRecord("cup", "Name without a date")) == Counts()
    assert Product.objects.get().name == "New name"


def test_of_two_news_in_one_batch_the_later_stays():
    shop = ShopFactory.create()
    learn(
        shop,
        ProductRecord("cup", "New name", as_of=NOW),
        ProductRecord("cup", "Old name", as_of=NOW - DAY),
    )
    assert Product.objects.get().name == "New name"


def test_what_was_not_told_stays():
    shop = ShopFactory.create()
    learn(shop, CustomerRecord("a", name="가나다", phone="+821000000001"))
    learn(shop, CustomerRecord("a", name="라마바"))
    customer = Customer.objects.get()
    assert (customer.name, customer.phone) == ("라마바", "+821000000001")


def test_a_line_that_is_no_longer_told_leaves_the_order():
    shop = ShopFactory.create()
    learn(shop, order(items=[("cup", 2), ("pen", 1)]))
    assert learn(shop, order(items=[("cup", 4)])) == Counts(updated=3)
    assert list(OrderItem.objects.values_list("product__code", "quantity")) == [("cup", 4)]


def test_an_order_that_is_told_without_lines_keeps_none():
    shop = ShopFactory.create()
    learn(shop, order(), order("2"))
    assert learn(shop, order(items=[])) == Counts(updated=2)
    assert list(OrderItem.objects.values_list("order__number", flat=True)) == ["2"]


def test_two_shops_use_the_same_numbers_without_meeting():
    one, other = ShopFactory.create(), ShopFactory.create()
    learn(one, order())
    assert learn(other, order()).created == 5
    assert Order.objects.for_shop(one).count() == Order.objects.for_shop(other).count() == 1


def test_a_status_is_learnt_now_but_never_before_it_happened():
    shop = ShopFactory.create()
    learn(shop, order("1", at=NOW - DAY), order("2", at=NOW + DAY))
    learned = dict(OrderStatus.objects.values_list("order__number", "learned_at"))
    assert learned == {"1": NOW, "2": NOW + DAY}


def test_a_cancelled_line_takes_back_from_the_latest_order_that_has_enough():
    shop = ShopFactory.create()
    learn(
        shop,
        order("1", at=NOW - 3 * DAY, items=[("cup", 5)]),
        order("2", at=NOW - 2 * DAY, items=[("cup", 2), ("cup", 2)]),
        order("3", at=NOW - 2 * DAY, items=[("cup", 3)]),
        order("4", at=NOW + DAY, items=[("cup", 9)]),
        order("5", customer="b", items=[("cup", 9)]),
    )
    learn(shop, *(taken_back(quantity, line=line) for line, quantity in enumerate([3, 3, 5, 2], 1)))
    matched = list(Cancellation.objects.order_by("line").values_list("order__number", flat=True))
    assert matched == ["3", "2", "1", None]


def test_a_guests_cancellation_is_unmatched():
    shop = ShopFactory.create()
    learn(shop, order(customer=None), taken_back(1, customer=None))
    assert Cancellation.objects.get().order is None


def test_an_order_is_cancelled_when_its_last_piece_is_taken_back():
    shop = ShopFactory.create()
    learn(shop, order(items=[("cup", 2), ("pen", 1)]), taken_back(2, at=NOW - DAY / 2))
    assert not OrderStatus.objects.filter(status="cancelled").exists()
    learn(shop, taken_back(1, number="C2", product="pen"))
    assert OrderStatus.objects.get(status="cancelled").happened_at == NOW


def test_an_order_is_cancelled_though_a_cancelled_line_is_no_longer_told():
    shop = ShopFactory.create()
    learn(shop, order(items=[("cup", 2), ("pen", 1)]), taken_back(2))
    learn(shop, OrderRecord("1", "a", NOW - DAY, (ItemRecord(2, "pen", 1, 1000),)))
    assert not OrderStatus.objects.filter(status="cancelled").exists()
    learn(shop, taken_back(1, number="C2", product="pen"))
    assert OrderStatus.objects.get(status="cancelled").happened_at == NOW


def test_an_order_with_more_taken_back_of_one_product_still_has_the_other():
    shop = ShopFactory.create()
    learn(shop, order(items=[("cup", 3), ("pen", 2)]), taken_back(2), taken_back(1, line=2))
    learn(shop, order(items=[("cup", 1), ("pen", 2)]))
    learn(shop, taken_back(1, number="C2", product="pen"))
    assert not OrderStatus.objects.filter(status="cancelled").exists()


def test_an_unmatched_line_is_matched_once_its_order_is_known():
    shop = ShopFactory.create()
    learn(shop, taken_back(1))
    assert learn(shop, order(), taken_back(1)).updated == 1
    assert Cancellation.objects.get(order__number="1")


def test_a_consent_ends_when_a_later_refusal_comes():
    shop = ShopFactory.create()
    learn(shop, ConsentRecord("a", "text", True, NOW - 2 * DAY, "mall"))
    learn(shop, ConsentRecord("a", "text", False, NOW - DAY, "mall"))
    learn(shop, ConsentRecord("a", "text", True, NOW - 2 * DAY, "mall"))
    held = list(Consent.objects.order_by("since").values_list("given", "since", "until"))
    assert held == [(True, NOW - 2 * DAY, NOW - DAY), (False, NOW - DAY, None)]
