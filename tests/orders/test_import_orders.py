"""`import_orders` on files in the online-retail format."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bench.check_data import reckon
from orders.imports import online_retail
from orders.imports.online_retail import HEADING
from orders.models import Cancellation, Order, OrderItem, OrderStatus, Product
from tests.factories import NOW, ShopFactory
from tests.orders.online_retail_rows import GOOD, changed_row, imported

pytestmark = pytest.mark.django_db
SAMPLE = Path(online_retail.__file__).parent / "sample" / "online-retail.csv.gz"


@pytest.fixture
def write(tmp_path):
    def write(*rows, heading=HEADING, name="orders.csv"):
        path = tmp_path / name
        path.write_text("\n".join([heading, *rows, ""]))
        return path

    return write


def run(shop, path, *options):
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(
            "import_orders", str(path), "--shop", shop if isinstance(shop, str) else shop.slug,
            "--format", "online-retail", "--json", *options, stdout=out, stderr=err,
        )  # fmt: skip
    except CommandError as error:
        status = error.returncode
        err.write(str(error))
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"InvoiceNo": "A563185"}, "InvoiceNo is not six digits"),
        ({"InvoiceNo": "53636"}, "InvoiceNo is not six digits"),
        ({"InvoiceNo": "c536365"}, "InvoiceNo is not six digits"),
        ({"InvoiceNo": "５３６３６５"}, "InvoiceNo is not six digits"),
        ({"StockCode": "  "}, "no StockCode"),
        ({"Quantity": "6.5"}, "Quantity is not an integer: '6.5'"),
        ({"Quantity": ""}, "Quantity is not an integer: ''"),
        ({"Quantity": "1_0"}, "Quantity is not an integer: '1_0'"),
        ({"Quantity": "0"}, "Quantity is zero"),
        ({"Quantity": "-6"}, "Quantity is negative on an ordinary invoice"),
        ({"InvoiceNo": "C536365"}, "Quantity is positive on a cancellation"),
        ({"Quantity": "2147483648"}, "Quantity is beyond 2147483647"),
        ({"Quantity": "9" * 5000}, "Quantity is beyond 2147483647"),
        ({"UnitPrice": "-0.01"}, "UnitPrice is negative"),
        ({"UnitPrice": "2,55"}, "UnitPrice is not a decimal: '2,55'"),
        ({"UnitPrice": "NaN"}, "UnitPrice is not a decimal: 'NaN'"),
        ({"UnitPrice": "Infinity"}, "UnitPrice is not a decimal: 'Infinity'"),
        ({"UnitPrice": "1e400"}, "UnitPrice is beyond 10000000000000"),
        ({"UnitPrice": "1e99999999999999999999"}, "UnitPrice is not a decimal"),
        ({"UnitPrice": "9e12"}, "UnitPrice times Quantity is beyond"),
        ({"InvoiceDate": "2010-02-30 08:26:00"}, "InvoiceDate is not a time"),
        ({"InvoiceDate": "12/1/2010 8:26"}, "InvoiceDate is not a time"),
        ({"InvoiceDate": "0001-01-01 00:00:00"}, "InvoiceDate is not a time"),
        ({"CustomerID": "9" * 81}, "CustomerID of more than 80 characters"),
        ({"Description": "a\0b"}, "holds a NUL character"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(write, fields, reason):
    told, refused = imported(ShopFactory.create(), write(GOOD, changed_row(**fields), GOOD))
    assert (told.rows_read, told.rows_kept, told.rows_refused) == (3, 2, 1)
    assert refused[0][0] == 3
    assert refused[0][1].startswith(reason)


def test_price_zero_and_repeated_rows_are_kept(write):
    told, refused = imported(ShopFactory.create(), write(GOOD, GOOD, changed_row(UnitPrice="0.0")))
    assert not refused
    assert list(OrderItem.objects.values_list("line", flat=True)) == [1, 2, 3]


def test_an_orders_time_is_its_first_kept_lines_in_the_shops_zone(write):
    imported(
        ShopFactory.create(timezone="Asia/Tokyo"),
        write(
            changed_row(Quantity="0", InvoiceDate="2010-11-30 08:00:00"),
            GOOD,
            changed_row(InvoiceDate="2010-11-30 09:00:00"),
        ),
    )
    assert Order.objects.get().ordered_at == dt.datetime(2010, 11, 30, 23, 26, tzinfo=dt.UTC)


def test_lines_of_one_invoice_may_stand_anywhere(write):
    other = changed_row(InvoiceNo="536366")
    imported(ShopFactory.create(), write(GOOD, other, changed_row(StockCode="71053"), other))
    lines = OrderItem.objects.order_by("order__number", "line")
    assert list(lines.values_list("order__number", "line", "product__code")) == [
        ("536365", 1, "85123A"),
        ("536365", 2, "71053"),
        ("536366", 1, "85123A"),
        ("536366", 2, "85123A"),
    ]


@pytest.mark.parametrize(("text", "customer"), [("17850.0", "17850"), ("AB.0", "AB.0"), ("", None)])
def test_a_customer_id_as_spreadsheets_write_it(write, text, customer):
    imported(ShopFactory.create(), write(changed_row(CustomerID=text)))
    assert Order.objects.values_list("customer__mall_id", flat=True).get() == customer


def test_stock_codes_are_trimmed_and_case_counts(write):
    imported(
        ShopFactory.create(),
        write(changed_row(StockCode=" 85123a "), changed_row(StockCode="85123a"), GOOD),
    )
    assert set(Product.objects.values_list("code", flat=True)) == {"85123a", "85123A"}


def test_a_product_is_called_by_its_latest_description_that_says_something(write):
    imported(
        ShopFactory.create(),
        write(
            changed_row(Description="late", InvoiceDate="2010-12-03"),
            changed_row(Description="early", InvoiceDate="2010-12-02"),
            changed_row(Description=" ", InvoiceDate="2010-12-04"),
        ),
    )
    assert Product.objects.get().name == "late"


@pytest.mark.parametrize(("rate", "price"), [("1", 3), ("1700", 4335), ("0.1", 0), ("100.2", 256)])
def test_each_price_is_rounded_half_up_in_the_shops_currency(write, rate, price):
    imported(ShopFactory.create(), write(GOOD), rate=Decimal(rate))
    assert OrderItem.objects.get().unit_price == price
    assert Order.objects.get().total == price * 6


def test_half_a_won_is_rounded_up(write):
    imported(ShopFactory.create(), write(changed_row(UnitPrice="2.5")))
    assert OrderItem.objects.get().unit_price == 3


def test_ends_at_moves_all_times_by_one_span(write):
    earlier = changed_row(InvoiceNo="536366", InvoiceDate="2010-11-30 08:26:00")
    imported(ShopFactory.create(), write(GOOD, earlier), ends_at=NOW)
    times = list(Order.objects.order_by("number").values_list("ordered_at", flat=True))
    assert times == [NOW, NOW - dt.timedelta(days=1)]


def test_cancellations_are_applied_in_the_order_of_time_then_of_the_file(write):
    back = {"InvoiceNo": "C536367", "Quantity": "-4"}
    imported(
        ShopFactory.create(),
        write(
            changed_row(**back, InvoiceDate="2010-12-03"),
            changed_row(**back, InvoiceDate="2010-12-02"),
            GOOD,
        ),
    )
    matched = Cancellation.objects.order_by("line").values_list("order__number", flat=True)
    assert list(matched) == [None, "536365"]


def test_an_order_with_nothing_left_is_cancelled_at_that_moment(write):
    back = changed_row(InvoiceNo="C536367", Quantity="-6", InvoiceDate="2010-12-02T00:00:00Z")
    told, _ = imported(ShopFactory.create(), write(GOOD, back))
    assert told.orders_cancelled == 1
    status = OrderStatus.objects.get(status="cancelled")
    assert status.happened_at == dt.datetime(2010, 12, 2, tzinfo=dt.UTC)
    assert status.learned_at == NOW


def test_the_sample_is_what_plain_counting_says_and_a_second_run_changes_nothing():
    shop = ShopFactory.create()
    status, out, err = run(shop, SAMPLE, "--rate", "1700", "--invent-people", "7")
    told = json.loads(out)
    by_the_rules = reckon(SAMPLE, Decimal(1700))
    assert status == 1
    assert {name: told[name] for name in by_the_rules if name in told} == {
        name: figure for name, figure in by_the_rules.items() if name in told
    }
    assert sum(Order.objects.values_list("total", flat=True)) == by_the_rules["sum of all orders"]
    assert err.count("line ") == told["rows_refused"]
    _, again, _ = run(shop, SAMPLE, "--rate", "1700", "--invent-people", "7")
    assert json.loads(again) | {"seconds": 0} == told | {"changed": 0, "seconds": 0}


def test_json_has_the_documented_names_and_exit_status_zero(write):
    status, out, err = run(ShopFactory.create(), write(GOOD))
    assert (status, err) == (0, "")
    assert list(json.loads(out)) == [
        "rows_read",
        "rows_kept",
        "rows_refused",
        "orders",
        "cancellations",
        "cancellation_lines_matched",
        "cancellation_lines_unmatched",
        "orders_cancelled",
        "customers",
        "products",
        "changed",
        "seconds",
    ]


def test_rejects_go_to_a_file_and_the_exit_status_is_one(write, tmp_path):
    rejects = tmp_path / "rejects.csv"
    bad = changed_row(Quantity="0")
    assert run(ShopFactory.create(), write(GOOD, bad), "--rejects", str(rejects))[0] == 1
    with rejects.open(newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["line", "reason", "row"],
            ["3", "Quantity is zero", bad],
        ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rate", "0"], "--rate must be more than 0"),
        (["--rate", "NaN"], "--rate is not a decimal: 'NaN'"),
        (["--ends-at", "soon"], "soon is no ISO 8601 time"),
        (["--rejects", "/nowhere/rejects.csv"], "cannot be written"),
    ],
)
def test_unusable_arguments_end_with_two_and_one_line(write, options, message):
    status, out, err = run(ShopFactory.create(), write(GOOD), *options)
    assert (status, out) == (2, "")
    assert message in err
    assert "\n" not in err


def test_an_unknown_shop_or_a_file_without_heading_ends_with_two(write):
    assert run("nobody", write(GOOD))[::2] == (2, "there is no shop nobody")
    assert run(ShopFactory.create(), write(heading=GOOD))[0] == 2
    plain = write(GOOD, name="orders.csv.gz")
    assert run(ShopFactory.create(), plain)[0] == 2


def test_an_empty_file_with_a_heading_is_no_error(write):
    status, out, _ = run(
        ShopFactory.create(), write(), "--ends-at", "2026-11-01", "--invent-people", "1"
    )
    assert (status, json.loads(out)["changed"]) == (0, 0)
