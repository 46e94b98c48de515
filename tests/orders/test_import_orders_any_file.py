"""`import_orders` on any file: what a plain reading of the rules says."""

import gzip
import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.check_data import reckon
from orders.imports.online_retail import HEADING
from orders.models import Order
from tests.factories import ShopFactory
from tests.orders.online_retail_rows import GOOD, changed_row, imported

pytestmark = pytest.mark.django_db

DIRT = [changed_row(Quantity="0"), "536365,85123A", changed_row(UnitPrice="x"), "A536365" + GOOD]


@st.composite
def files(draw):
    """Rows of a few invoices, customers and products, so that they meet often."""
    few = st.integers(0, 3)
    rows = []
    for _ in range(draw(st.integers(0, 25))):
        cancels = draw(st.booleans())
        quantity = draw(st.integers(-1, 6))
        rows.append(
            changed_row(
                InvoiceNo=f"{'C' if cancels else ''}{536360 + draw(st.integers(0, 5))}",
                StockCode=f"P{draw(few)}",
                Quantity=str(-quantity if cancels else quantity),
                InvoiceDate=f"2010-12-0{1 + draw(few)} 08:00:00",
                UnitPrice=draw(st.sampled_from(["0", "2.55", "0.5", "1.25"])),
                CustomerID=draw(st.sampled_from(["", "1.0", "2.0"])),
            )
        )
    rows += draw(st.lists(st.sampled_from(DIRT), max_size=3))
    random.Random(draw(st.integers(0, 99))).shuffle(rows)
    return "\n".join([HEADING, *rows, ""])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files(), st.sampled_from(["1", "1700"]))
def test_any_file_is_what_a_plain_reading_of_the_rules_says(tmp_path, text, rate):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    shop = ShopFactory.create()
    told, _ = imported(shop, path, rate=Decimal(rate))
    by_the_rules = reckon(path, Decimal(rate))
    total = by_the_rules.pop("sum of all orders")
    figures = told.as_json()
    assert {name: figures[name] for name in by_the_rules} == by_the_rules
    assert sum(Order.objects.for_shop(shop).values_list("total", flat=True)) == total
    again, _ = imported(shop, path, rate=Decimal(rate))
    assert again.as_json() == figures | {"changed": 0}
