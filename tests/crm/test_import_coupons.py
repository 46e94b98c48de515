"""`import_coupons`: coupons, and what they do differently from the shop (A2)."""

import gzip
import io
import json
import random

import pytest
from django.core.management import CommandError, call_command

import crm.ingest as ingest_module
from coupons.imports.coupons import HEADING
from coupons.models import Coupon
from crm.ingest import import_coupons
from crm.models import CouponOverride
from messaging.models import Channel, MessageTemplate, Topic
from orders.imports.rows import Refusal, Unusable
from tests.factories import NOW, ShopFactory

pytestmark = pytest.mark.django_db
BASIS = "고객님의 구매로 지급된 쿠폰 안내입니다."
WHOLE = "url: Write the whole address; it begins with http:// or https://."


@pytest.fixture
def shop():
    shop = ShopFactory.create()
    for name in ("환영", "마감"):
        MessageTemplate.objects.create(
            shop=shop, channel=Channel.ALIMTALK, topic=Topic.COUPON, name=name
        )
    return shop


@pytest.fixture
def read(shop, tmp_path):
    def read(*rows):
        path = tmp_path / "coupons.csv"
        path.write_text("\n".join([HEADING, *rows, ""]))
        refused: list[Refusal] = []
        told = import_coupons(shop=shop, path=path, now=NOW, refuse=refused.append)
        return told, [(refusal.line, refusal.reason) for refusal in refused]

    return read


def row(**fields):
    plain = {"code": "SPRING", "name": "봄맞이", "discount_type": "percent", "discount_value": "10"}
    return ",".join((plain | fields).get(name, "") for name in HEADING.split(","))


def test_a_row_becomes_a_coupon_with_its_basis(read):
    told, refused = read(row(max_discount="5000", min_order="20000", grant_basis=BASIS))
    coupon = Coupon.objects.get()
    assert (told, refused) == (
        {"rows_read": 1, "rows_kept": 1, "rows_refused": 0, "changed": 1},
        [],
    )
    assert (coupon.discount_value, coupon.max_discount, coupon.min_order) == (10, 5000, 20000)
    assert coupon.grant_basis == BASIS
    assert not CouponOverride.objects.exists()


def test_a2_what_a_coupon_does_differently_is_its_override(read):
    told, _ = read(row(issue_template="환영", url="https://shop.example.com/spring"))
    override = CouponOverride.objects.select_related("issue_template").get()
    assert told["changed"] == 2
    assert override.issue_template and override.issue_template.name == "환영"
    assert override.expiry_template is None
    assert override.url == "https://shop.example.com/spring"


def test_what_the_file_leaves_empty_stays_as_the_console_set_it(read):
    read(row())
    Coupon.objects.update(grant_basis=BASIS)
    url = "https://shop.example.com/spring"
    CouponOverride.objects.create(coupon=Coupon.objects.get(), url=url)
    assert read(row())[0]["changed"] == 0
    assert read(row(issue_template="환영"))[0]["changed"] == 1
    override = CouponOverride.objects.select_related("issue_template").get()
    assert override.issue_template and override.issue_template.name == "환영"
    assert override.url == url
    assert Coupon.objects.get().grant_basis == BASIS


def test_what_the_file_tells_replaces_what_is_stored(read):
    read(row(grant_basis=BASIS, issue_template="환영"))
    other = "고객님이 참여하신 이벤트로 지급된 쿠폰 안내입니다."
    assert read(row(grant_basis=other, issue_template="마감"))[0]["changed"] == 2
    assert Coupon.objects.get().grant_basis == other


def test_a_coupon_twice_in_a_file_is_told_what_either_row_tells(read):
    assert read(row(grant_basis=BASIS, url="https://shop.example.com/"), row(issue_template="환영"))
    override = CouponOverride.objects.select_related("issue_template").get()
    assert override.issue_template and override.issue_template.name == "환영"
    assert (Coupon.objects.get().grant_basis, override.url) == (BASIS, "https://shop.example.com/")


def test_a_korean_spreadsheets_file_is_read_as_cp949(shop, tmp_path):
    path = tmp_path / "coupons.csv"
    path.write_bytes(f"{HEADING}\n{row(name='봄맞이 똠쿠폰', grant_basis=BASIS)}\n".encode("cp949"))
    import_coupons(shop=shop, path=path, now=NOW, refuse=lambda _: None)
    coupon = Coupon.objects.get()
    assert (coupon.name, coupon.grant_basis) == ("봄맞이 똠쿠폰", BASIS)


def test_a_file_that_breaks_off_says_how_many_rows_stand(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest_module, "BATCH", 2)
    codes = random.Random(1)  # what does not compress, so that the break is in the middle
    rows = [row(code=f"C{codes.getrandbits(180):x}") for _ in range(2000)]
    whole = gzip.compress("\n".join([HEADING, *rows, ""]).encode())
    path = tmp_path / "coupons.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unusable) as broken:
        import_coupons(shop=shop, path=path, now=NOW, refuse=lambda _: None)
    stored = Coupon.objects.count()
    assert stored
    assert str(broken.value).endswith(f"; rows kept before the break: {stored:,}")


def test_the_same_file_again_changes_nothing(read):
    rows = [row(issue_template="환영"), row(code="FALL", expiry_template="마감")]
    assert read(*rows)[0]["changed"] == 4
    assert read(*rows)[0]["changed"] == 0


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": ""}, "no code"),
        ({"name": ""}, "no name"),
        ({"name": "x" * 81}, "name of more than 80 characters"),
        ({"discount_type": "half"}, "discount_type is neither percent nor fixed: 'half'"),
        ({"discount_value": "0"}, "discount_value must be more than 0"),
        ({"discount_value": "101"}, "discount_value is more than 100 per cent"),
        ({"discount_value": "9.5"}, "discount_value is not an integer: '9.5'"),
        ({"max_discount": "-1"}, "max_discount is negative"),
        ({"min_order": "many"}, "min_order is not an integer: 'many'"),
        ({"issue_template": "없음"}, "unknown template '없음'"),
        ({"expiry_template": "없음"}, "unknown template '없음'"),
        ({"url": "javascript:alert(1)"}, WHOLE),
        ({"url": "ftp://a.example/"}, WHOLE),
        (
            {"url": "https://user:pw@a.example/"},
            "url: An address can't hold a name or a password in front of the site, before an @.",
        ),
        ({"url": "https://a.example/#{이름}"}, "url can't hold a variable: #{"),
        ({"grant_basis": "#{이름}님"}, "grant_basis: The sentence can't hold a variable."),
        (
            {"grant_basis": '"가\n나"'},
            "grant_basis: It can't hold line breaks, or signs that nobody can see or that turn the"
            " text (U+000A).",
        ),
        (
            {"grant_basis": "가" * 201},
            "grant_basis: The sentence has 201 characters; 200 are the most.",
        ),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(read, fields, reason):
    told, refused = read(row(code="GOOD"), row(**fields))
    assert refused == [(3, reason)]
    assert list(Coupon.objects.values_list("code", flat=True)) == ["GOOD"]


def test_another_shops_template_is_unknown(read):
    MessageTemplate.objects.create(
        shop=ShopFactory.create(), channel=Channel.ALIMTALK, topic=Topic.COUPON, name="남의 것"
    )
    assert read(row(issue_template="남의 것"))[1] == [(2, "unknown template '남의 것'")]


def test_a_fixed_discount_may_be_more_than_a_hundred(read):
    assert read(row(discount_type="fixed", discount_value="3000"))[0]["rows_kept"] == 1


def test_rejects_never_overwrite_the_input(shop, tmp_path):
    path, other = tmp_path / "coupons.csv", tmp_path / "same.csv"
    path.write_text(f"{HEADING}\n{row()}\n")
    other.symlink_to(path)
    for rejects in (path, other, tmp_path / "." / "coupons.csv"):
        options = ["--shop", shop.slug, "--rejects", str(rejects)]
        with pytest.raises(CommandError, match="--rejects is the input itself") as error:
            call_command("import_coupons", str(path), *options)
        assert error.value.returncode == 2
    assert path.read_text() == f"{HEADING}\n{row()}\n"


def test_the_command_ends_with_one_where_rows_were_refused(shop, tmp_path):
    path, out = tmp_path / "coupons.csv", io.StringIO()
    path.write_text(f"{HEADING}\n{row()}\n{row(code='')}\n")
    with pytest.raises(CommandError, match="refused rows: 1") as error:
        call_command("import_coupons", str(path), "--shop", shop.slug, "--json", stdout=out)
    assert error.value.returncode == 1
    assert json.loads(out.getvalue())["rows_kept"] == 1
