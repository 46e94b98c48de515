"""What arrives, read by the standard library as a mail program would."""

import re
from dataclasses import replace

import pytest

from messaging.gateways.smtp.mime import deliverable, encoded
from messaging.models import State
from tests.providers.smtp.office import Office, running
from tests.providers.smtp.sending import ADVERTISING, HEAD, OPT_OUT, letter, parts, read, send

BUTTONS = (
    {"type": "AC", "name": "채널 추가"},
    {"type": "WL", "name": "쿠폰함 <열기>", "url": "https://shop.example/?a=1&b=2"},
    {"type": "AL", "name": "앱", "ios": "shop://", "android": "shop://"},
    {"type": "WL", "name": "나쁜 것", "url": "javascript:alert(1)"},
)


@pytest.fixture
def office():
    with running(Office()) as found:
        yield found


def test_a_letter_arrives_with_its_headers(office):
    send(office, [letter()], reply_to="help@example.com")
    found = read(office)
    sender = found["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("봄날문구", "shop@example.com")
    assert found["To"].addresses[0].addr_spec == "m1@example.com"
    assert found["Subject"] == "쿠폰 도착"
    assert found["Reply-To"].addresses[0].addr_spec == "help@example.com"
    assert found["Date"].datetime.isoformat() == "2026-11-20T01:00:00+00:00"
    assert re.fullmatch(r"<1\.[0-9a-f]{12}@example\.com>", found["Message-ID"])
    assert "List-Unsubscribe" not in found
    assert (office.taken[0].sender, office.taken[0].recipient) == (
        "shop@example.com",
        "m1@example.com",
    )


def test_a_message_keeps_its_message_id_when_it_goes_in_another_batch(office):
    send(office, [letter(7)])
    send(office, [letter(8), letter(7)])
    ids = [re.search(rb"Message-ID: (.*)", one.content) for one in office.taken]
    first, _other, again = (found[1] for found in ids if found)
    assert first == again


def test_both_parts_say_the_same_and_keep_its_lines(office):
    send(office, [letter(text="첫 줄 😀\n\n.둘째 줄\r\nFrom 셋째 <b>줄</b>", buttons=BUTTONS)])
    assert read(office).get_content_type() == "multipart/alternative"
    plain, html = parts(office)
    assert "첫 줄 😀\n\n.둘째 줄\nFrom 셋째 <b>줄</b>\n" in plain
    assert "쿠폰함 <열기>: https://shop.example/?a=1&b=2" in plain
    assert "첫 줄 😀<br>\n<br>\n.둘째 줄<br>\nFrom 셋째 &lt;b&gt;줄&lt;/b&gt;" in html
    assert 'href="https://shop.example/?a=1&amp;b=2"' in html
    assert "쿠폰함 &lt;열기&gt;" in html


def test_a_letters_buttons_open_pages_and_nothing_else(office):
    send(office, [letter(buttons=BUTTONS)])
    for part in parts(office):
        assert not re.search(r"javascript|shop://|채널 추가", part)


def test_a_letters_styles_are_in_its_elements(office):
    send(office, [letter()])
    _plain, html = parts(office)
    assert "<style" not in html
    assert 'class="card" style="' in html
    assert "[[" not in html
    assert "%(" not in html


def test_f3_advertising_says_how_to_refuse_in_both_parts_and_to_mail_programs(office):
    send(office, [letter(opt_out=OPT_OUT)], ADVERTISING)
    found = read(office)
    assert found["List-Unsubscribe"] == f"<{OPT_OUT}>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in parts(office):
        for words in (OPT_OUT, "수신거부", "unsubscribe here", "봄날문구", "02-123-4567 서울시"):
            assert words in part


def test_f3_a_japanese_shop_says_it_in_japanese(office):
    send(office, [letter(opt_out=OPT_OUT)], replace(ADVERTISING, country="JP"))
    for part in parts(office):
        assert "配信停止" in part
        assert "수신거부" not in part


def test_f3_advertising_without_a_way_to_refuse_does_not_go(office):
    answers = send(office, [letter(1), letter(2, opt_out=OPT_OUT)], ADVERTISING)
    assert {pk: code for pk, (_state, code) in answers.exceptions.items()} == {1: "no-opt-out"}
    assert office.to() == ["m2@example.com"]


def test_f3_advertising_that_does_not_say_who_sends_it_does_not_go(office):
    answers = send(office, [letter(1, opt_out=OPT_OUT)], ADVERTISING, contact="")
    assert answers.exceptions == {1: (State.FAILED, "no-contact")}


EVIL = "제목\r\nBcc: thief@example.com\r\n\r\n<script>"


def test_no_title_and_no_name_can_write_a_header(office):
    head = replace(HEAD, shop="가게\r\nBcc: thief@example.com")
    send(office, [letter(title=EVIL)], head)
    found = read(office)
    assert "Bcc" not in found
    assert found["Subject"] == "제목 Bcc: thief@example.com <script>"
    assert found["From"].addresses[0].addr_spec == "shop@example.com"
    assert office.to() == ["m1@example.com"]


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nRCPT TO:<thief@example.com>",
        "a@example.com>\r\nDATA",
        "<a@example.com>",
        "a b@example.com",
        "a@example.com, b@example.com",
        "김하늘@example.com",
        "a@localhost",
        "a@[127.0.0.1]",
        "@example.com",
        "a@",
        "",
        "a@-.com",
        "a@" + "b" * 64 + "." + "c" * 250 + ".com",
    ],
)
def test_an_address_that_is_none_fails_alone(office, address):
    answers = send(office, [letter(1, address=address), letter(2)])
    assert {pk: code for pk, (_state, code) in answers.exceptions.items()} == {1: "bad-address"}
    assert office.to() == ["m2@example.com"]


def test_a_domain_may_have_any_letters():
    assert deliverable("kim@봄날.kr") == "kim@" + "봄날.kr".encode("idna").decode()
    assert deliverable("o'neil+tag@mail.example.co.kr") == "o'neil+tag@mail.example.co.kr"


@pytest.mark.parametrize(
    "title",
    [
        "Plain words",
        "봄날문구: " + "가나다라마바사아자차카타파하 " * 12,
        "=?utf-8?b?7J20?=",
        "🎉" * 40,
        'A "quoted" name, <really>',
        "x" * 200,
        "",
    ],
)
def test_a_subject_comes_back_as_it_was_written(office, title):
    send(office, [letter(title=title)])
    assert read(office)["Subject"] == title.strip()
    assert all(len(line) <= 76 for line in ("Subject: " + encoded(title)).split("\r\n"))


@pytest.mark.parametrize(
    "name", ["Dangol", "A, B & Co.", 'Say "hi"', "쿠폰 가게 <봄>", "O'Neil; x"]
)
def test_a_shops_name_comes_back_as_it_was_written(office, name):
    send(office, [letter()], replace(HEAD, shop=name))
    sender = read(office)["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (name, "shop@example.com")
