"""Refusing advertising by hand and by 080 lists, and what becomes of the consents (F3)."""

import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from messaging import opt_out_imports
from messaging.models import Channel, OptOut, OptOutSource
from messaging.opt_out_imports import Imported, import_numbers, read_lines
from messaging.opt_outs import opt_out, read_address, remove
from orders.imports.rows import Unusable
from orders.models import AuditEvent, Consent, ConsentKind, Customer, Shop
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

PHONE = "+821000009999"


@pytest.fixture
def customer() -> Customer:
    customer = make.CustomerFactory(phone=PHONE, email="Some.One@Example.com")
    for kind in ConsentKind:
        make.ConsentFactory(customer=customer, kind=kind)
    return customer


def refuse(shop: Shop, channel: Channel, address: str, **changes) -> OptOut:
    asked: dict[str, Any] = {"source": OptOutSource.API, "now": make.NOW} | changes
    return opt_out(shop=shop, channel=channel, address=address, **asked)


def read(shop: Shop, text: str) -> Imported:
    return import_numbers(
        shop=shop, lines=text.splitlines(), source=OptOutSource.NUMBER, now=make.NOW
    )


def ended(customer: Customer) -> set[str]:
    return set(customer.consents.filter(until=None, given=False).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("channel", "address", "kinds"),
    [
        (Channel.TEXT, PHONE, {"text"}),
        (Channel.EMAIL, "some.one@example.COM", {"email"}),
        (Channel.PUSH, "another token", set()),
    ],
)
def test_f3_a_refusal_ends_that_channels_consent(customer, channel, address, kinds):
    refuse(customer.shop, channel, address)
    assert ended(customer) == kinds


def test_f3_it_ends_the_consent_of_everybody_with_the_address_and_of_who_got_the_message(customer):
    twin, moved = (
        make.CustomerFactory(shop=customer.shop, phone=phone) for phone in (PHONE, "+821000001111")
    )
    for other in (twin, moved):
        make.ConsentFactory(customer=other)
    refuse(customer.shop, Channel.TEXT, PHONE, customer=moved)
    assert [ended(one) for one in (customer, twin, moved)] == [{"text"}] * 3


def test_f10_another_shops_customer_with_the_number_keeps_the_consent(customer):
    other = make.CustomerFactory(phone=PHONE)
    make.ConsentFactory(customer=other)
    refuse(customer.shop, Channel.TEXT, PHONE)
    assert ended(other) == set()
    assert not OptOut.objects.for_shop(other.shop).exists()


def test_f3_again_the_first_moment_stays(customer):
    first = refuse(customer.shop, Channel.TEXT, PHONE)
    later = refuse(customer.shop, Channel.TEXT, PHONE, now=make.NOW + timedelta(days=1))
    assert (later.pk, later.at) == (first.pk, make.NOW)
    assert Consent.objects.filter(customer=customer, kind="text").count() == 2


@pytest.mark.parametrize(
    ("channel", "text", "address"),
    [
        (Channel.TEXT, "010-0000-9999", PHONE),
        (Channel.TEXT, "+82 10 0000 9999", PHONE),
        (Channel.EMAIL, " A@B.example ", "a@b.example"),
        (Channel.INBOX, " Member1 ", "Member1"),
    ],
)
def test_an_address_is_kept_in_one_way(customer, channel, text, address):
    assert read_address(customer.shop, channel, text) == address


@pytest.mark.parametrize(
    ("channel", "text"),
    [(Channel.TEXT, "none"), (Channel.EMAIL, "none"), (Channel.PUSH, " "), (Channel.INBOX, "")],
)
def test_what_is_no_address_is_refused(customer, channel, text):
    with pytest.raises(ValidationError):
        read_address(customer.shop, channel, text)


def test_f3_a_list_is_read_a_number_a_line(customer):
    told = read(customer.shop, "010-0000-9999\n\n01000009999\n1000008888\nnone\n")
    assert (told.rows_read, told.added, told.known, told.consents_ended) == (4, 2, 0, 1)
    assert [(bad.line, bad.text) for bad in told.refused] == [(5, "none")]
    assert ended(customer) == {"text"}
    again = read(customer.shop, "01000009999")
    assert (again.added, again.known, again.consents_ended) == (0, 1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "수신일,전화번호,비고\n20261101,010-0000-9999,없음",
        "date\tphone\n20261101\t01000009999",
        '번호\n"010-0000-9999"',
    ],
)
def test_f3_a_heading_says_which_column_the_numbers_are_in(customer, text):
    assert read(customer.shop, text).added == 1
    assert OptOut.objects.get().address == PHONE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_f3_a_list_is_read_as_spreadsheets_save_it(customer, encoding):
    lines = read_lines("전화번호\n01000009999\n".encode(encoding))
    assert read(customer.shop, "\n".join(lines)).added == 1


def test_f3_a_list_that_is_too_long_keeps_nothing(customer, monkeypatch):
    monkeypatch.setattr(opt_out_imports, "MOST_ROWS", 1)
    with pytest.raises(Unusable):
        read(customer.shop, "01000009999\n01000008888")
    assert not OptOut.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [b"\xff\xfe\x00\x81", b"PK\x03\x04list", b"1" * (opt_out_imports.MOST_BYTES + 1)],
)
def test_f3_what_is_no_list_is_unusable(raw):
    with pytest.raises(Unusable):
        read_lines(raw)


def test_f3_a_refusal_is_taken_back_with_a_reason_and_on_record(customer):
    kept = refuse(customer.shop, Channel.TEXT, PHONE)
    user = make.UserFactory()
    with pytest.raises(ValidationError):
        remove(opt_out=kept, user=user, reason=" ", now=make.NOW)
    with pytest.raises(ValidationError):
        remove(opt_out=kept, user=user, reason="a \u202eslip", now=make.NOW)
    remove(opt_out=kept, user=user, reason="a wrong number", now=make.NOW)
    assert not OptOut.objects.exists()
    event = AuditEvent.objects.get(action="opt_out_removed")
    assert (event.user, event.reason) == (user, "a wrong number")
    assert ended(customer) == {"text"}


def command(*words: str) -> tuple[dict[str, Any], int]:
    out = io.StringIO()
    status = 0
    try:
        call_command("import_opt_outs", *words, "--json", stdout=out, stderr=io.StringIO())
    except CommandError as error:
        status = error.returncode
    return json.loads(out.getvalue() or "{}"), status


def test_the_command_tells_what_it_read(customer, tmp_path: Path):
    path = tmp_path / "080.txt.gz"
    path.write_bytes(gzip.compress(b"010-0000-9999\nnone\n"))
    told, status = command("--shop", customer.shop.slug, str(path))
    told.pop("seconds")
    assert status == 1
    assert told == {
        "rows_read": 2,
        "rows_kept": 1,
        "rows_refused": 1,
        "changed": 1,
        "consents_ended": 1,
    }
    assert command("--shop", customer.shop.slug, str(tmp_path / "none"))[1] == 2


def test_f3_a_manager_notes_what_a_customer_told(cast: Cast):
    data = {"channel": "email", "address": "Some@One.example"}
    assert cast.viewer.post("/messages/opt-outs/add/", data).status_code == 403
    assert cast.manager.post("/messages/opt-outs/add/", data).status_code == 302
    kept = OptOut.objects.get()
    assert (kept.shop, kept.address, kept.source) == (
        *(cast.shop, "some@one.example"),
        OptOutSource.STAFF,
    )
    wrong = cast.manager.post("/messages/opt-outs/add/", {"channel": "text", "address": "x"})
    assert wrong.status_code == 422


def test_f3_an_uploaded_list_is_told_row_by_row(cast: Cast):
    file = SimpleUploadedFile("080.csv", "번호\n01000009999\nnone".encode("cp949"))
    text = cast.manager.post("/messages/opt-outs/import/", {"numbers": file}).content.decode()
    assert "3번째 줄" in text and "none" not in text
    assert OptOut.objects.get().address == PHONE


def test_f3_only_an_owner_takes_a_refusal_back(cast: Cast):
    kept = refuse(cast.shop, Channel.TEXT, PHONE)
    path = f"/messages/opt-outs/{kept.pk}/remove/"
    assert cast.manager.post(path, {"reason": "x"}).status_code == 403
    assert cast.outsider.post(path, {"reason": "x"}).status_code == 404
    assert cast.owner.post(path, {"reason": ""}).status_code == 422
    assert cast.owner.post(path, {"reason": "a \u202eslip"}).status_code == 422
    assert OptOut.objects.exists()
    assert cast.owner.post(path, {"reason": "a slip"}).status_code == 302
    assert not OptOut.objects.exists()


@pytest.mark.parametrize(("typed", "rows"), [("010-0000-9999", 1), ("9999", 0), ("010-0000-1", 0)])
def test_f9_a_refusal_is_found_by_the_whole_number(cast: Cast, typed: str, rows: int):
    refuse(cast.shop, Channel.TEXT, PHONE)
    refuse(cast.shop, Channel.EMAIL, "some@one.example")
    response = cast.viewer.post("/messages/opt-outs/", {"who": typed}, follow=True)
    assert "9999" not in response.redirect_chain[0][0]
    assert len(response.context["page"].rows) == rows or response.context["form"].errors


def test_the_list_pages_by_key_and_asks_as_much_for_each_page(
    cast: Cast, django_assert_max_num_queries
):
    for n in range(120):
        refuse(
            cast.shop, Channel.EMAIL, f"a{n}@x.example", now=make.NOW + timedelta(minutes=n // 2)
        )
    seen, path = [], "/messages/opt-outs/"
    while path:
        with django_assert_max_num_queries(9):
            page = cast.viewer.get(path).context["page"]
        seen += [row.opt_out.pk for row in page.rows]
        path = f"/messages/opt-outs/?after={page.after}" if page.after else ""
    newest = OptOut.objects.order_by("-at", "-pk").values_list("pk", flat=True)
    assert seen == list(newest)
    back = cast.viewer.get(f"/messages/opt-outs/?before={page.before}").context["page"]
    assert [row.opt_out.pk for row in back.rows] == seen[50:100]
