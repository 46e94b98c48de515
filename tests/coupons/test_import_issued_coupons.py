"""`import_issued_coupons`: who has which coupon, from a file."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from coupons.imports.issued_coupons import HEADING, import_issued_coupons
from coupons.models import IssuedCoupon
from orders.imports.rows import Refusal
from orders.models import Consent, Customer
from tests.factories import NOW, CouponFactory, CustomerFactory, IssuedCouponFactory, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    shop = ShopFactory.create()
    CouponFactory.create(shop=shop, code="SPRING")
    CouponFactory.create(shop=shop, code="SUMMER")
    return shop


@pytest.fixture
def read(shop, tmp_path):
    def read(*rows, now=NOW, **options):
        path = tmp_path / "issued.csv"
        path.write_text("\n".join([HEADING, *rows, ""]))
        refused: list[Refusal] = []
        told = import_issued_coupons(
            shop=shop, path=path, now=now, refuse=refused.append, **options
        )
        return told, [(refusal.line, refusal.reason) for refusal in refused]

    return read


def row(code="I1", coupon="SPRING", customer="a", issued="2026-11-01 09:00", **times):
    rest = [times.get(name, "") for name in ("valid", "expires", "used", "withdrawn")]
    return ",".join([code, coupon, customer, issued, *rest])


def seoul(month, day, hour=0):
    return dt.datetime(2026, month, day, hour, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def test_a_row_is_read_in_the_shops_zone_and_is_valid_from_its_issue(read):
    told, refused = read(row(expires="2026-12-01T00:00:00Z"))
    issued = IssuedCoupon.objects.get()
    assert not refused
    assert told == {"rows_read": 1, "rows_kept": 1, "rows_refused": 0, "changed": 2}
    assert issued.issued_at == issued.valid_from == seoul(11, 1, 9)
    assert issued.expires_at == dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert (issued.customer.mall_id, issued.coupon.code) == ("a", "SPRING")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row() + ",", "9 columns instead of 8"),
        (row(code=" "), "no issue_code"),
        (row(customer=""), "no customer"),
        (row(coupon="WINTER"), "unknown coupon 'WINTER'"),
        (row(coupon="spring"), "unknown coupon 'spring'"),
        (row(issued=""), "issued_at is not a time: ''"),
        (row(valid="soon"), "valid_from is not a time: 'soon'"),
        (row(expires="2026-13-01"), "expires_at is not a time: '2026-13-01'"),
        (row(used="yes"), "used_at is not a time: 'yes'"),
        (row(withdrawn="9999-12-31T23:59:59Z"), "withdrawn_at is not a time"),
        (row(expires="2026-11-01 09:00"), "expires_at is not after valid_from"),
        (row(valid="2026-11-03", expires="2026-11-02"), "expires_at is not after valid_from"),
        (row(code="I" * 61), "issue_code of more than 60 characters"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(read, bad, reason):
    told, refused = read(row(code="I0"), bad, row(code="I9"))
    assert [line for line, _ in refused] == [3]
    assert refused[0][1].startswith(reason)
    assert (told["rows_kept"], IssuedCoupon.objects.count()) == (2, 2)


def test_an_issue_code_stays_with_its_coupon_and_customer(read):
    read(row(), row(code="I2"))
    _, refused = read(row(customer="b"), row(code="I2", coupon="SUMMER"), row(code="I3"))
    assert refused == [
        (2, "issue code 'I1' is already another customer's or coupon's"),
        (3, "issue code 'I2' is already another customer's or coupon's"),
    ]


def test_an_issue_code_taken_earlier_in_the_file_is_refused(read):
    _, refused = read(row(), row(customer="b"))
    assert refused == [(3, "issue code 'I1' is already another customer's or coupon's")]


def test_another_shops_issue_code_is_nobodys_here(read):
    IssuedCouponFactory.create(code="I1")
    assert read(row())[0]["rows_refused"] == 0


def test_nth_counts_the_same_coupon_of_one_customer(read):
    read(row(), row(code="I2", coupon="SUMMER"))
    read(row(code="I3"), row(code="I4", customer="b"), row(code="I5"))
    nth = dict(IssuedCoupon.objects.values_list("code", "nth"))
    assert nth == {"I1": 1, "I2": 1, "I3": 2, "I4": 1, "I5": 3}


def test_it_is_learnt_now_but_never_before_the_issue(read):
    read(row(), row(code="I2", issued="2026-12-24"))
    learned = dict(IssuedCoupon.objects.values_list("code", "learned_at"))
    assert learned == {"I1": NOW, "I2": seoul(12, 24)}


def test_a_withdrawal_after_expiry_is_kept(read):
    told, _ = read(row(expires="2026-11-02", withdrawn="2026-11-05"))
    assert told["rows_kept"] == 1


def test_the_same_file_again_changes_nothing(read):
    rows = [row(expires="2026-12-01"), row(code="I2", used="2026-11-02")]
    read(*rows)
    assert read(*rows, now=NOW + dt.timedelta(days=1))[0]["changed"] == 0


def test_later_news_fills_in_and_an_older_file_takes_nothing_back(read):
    old, new = row(expires="2026-12-01"), row(expires="2026-12-01", used="2026-11-20")
    read(old)
    assert read(new)[0]["changed"] == 1
    assert read(old)[0]["changed"] == 0
    assert IssuedCoupon.objects.get().used_at == seoul(11, 20)


def test_a_code_twice_in_one_file_is_later_news(read):
    told, refused = read(row(), row(withdrawn="2026-11-20"))
    assert (told["rows_kept"], refused) == (2, [])
    assert IssuedCoupon.objects.get().withdrawn_at == seoul(11, 20)


def test_an_unknown_customer_is_created_and_a_known_one_taken(read, shop):
    CustomerFactory.create(shop=shop, mall_id="a", name="가나다")
    read(row(), row(code="I2", customer="b"))
    assert dict(Customer.objects.values_list("mall_id", "name")) == {"a": "가나다", "b": ""}


def test_people_are_invented_when_asked(read):
    read(row(), people_seed="7")
    assert Customer.objects.get().phone
    assert Consent.objects.count() == 4
    assert read(row(), people_seed="7")[0]["changed"] == 0


def test_more_rows_take_no_more_queries(read, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        read(*(row(code=f"I{n}", customer=f"c{n % 90}") for n in range(450)))


def test_the_command_prints_json_and_tells_its_exit_status(shop, tmp_path):
    path, out = tmp_path / "issued.csv", io.StringIO()
    path.write_text(f"{HEADING}\n{row()}\n")
    call_command("import_issued_coupons", str(path), "--shop", shop.slug, "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["rows_read"], told["rows_kept"], told["changed"]) == (1, 1, 2)
    path.write_text("issue_code\n")
    with pytest.raises(CommandError, match="heading") as error:
        call_command("import_issued_coupons", str(path), "--shop", shop.slug)
    assert error.value.returncode == 2
