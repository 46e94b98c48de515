"""The law as data, and what it puts into advertising (F3)."""

from datetime import date, time
from time import monotonic

import pytest

from messaging.fakes import faked_mark, faked_refusal
from messaging.law import Law, law
from messaging.marks import finish, is_marked
from messaging.models import Channel, Purpose
from orders.models import Country

KOREA = law(Country.KOREA, date(2026, 11, 23))
JAPAN = law(Country.JAPAN, date(2026, 11, 23))
NUMBER = "080-1234-5678"


def finished(
    text: str,
    title: str = "",
    *,
    channel: Channel = Channel.TEXT,
    purpose: Purpose = Purpose.ADVERTISING,
    rules: Law = KOREA,
    number: str = NUMBER,
    shop: str = "온달상회",
) -> tuple[str, str]:
    return finish(
        text, title, law=rules, channel=channel, purpose=purpose, shop=shop, opt_out_number=number
    )


@pytest.mark.parametrize("channel", [Channel.TEXT, Channel.PUSH, Channel.INBOX])
def test_f3_korea_closes_advertising_from_21_to_8_and_not_for_email(channel):
    assert KOREA.hours(channel) == (time(8), time(21))
    assert KOREA.hours(Channel.EMAIL) is None


def test_f3_japan_has_no_closed_hours():
    assert {JAPAN.hours(channel) for channel in Channel} == {None}


@pytest.mark.parametrize("rules", [KOREA, JAPAN])
def test_f3_alimtalk_carries_information_only(rules):
    assert rules.may_carry(Channel.ALIMTALK, Purpose.INFORMATION)
    assert not rules.may_carry(Channel.ALIMTALK, Purpose.ADVERTISING)
    assert rules.may_carry(Channel.TEXT, Purpose.ADVERTISING)


def test_f3_a_day_before_the_first_known_law_has_that_law():
    assert law(Country.KOREA, date(2011, 1, 1)) == KOREA


def test_f3_text_begins_with_mark_and_name_and_ends_with_the_free_number():
    _, text = finished("봄 할인이 시작됐어요")

    assert text == "(광고) 온달상회\n봄 할인이 시작됐어요\n무료수신거부 080-1234-5678"


def test_f3_an_email_has_the_mark_in_its_subject():
    assert finished("본문", "봄 할인", channel=Channel.EMAIL) == ("(광고) 봄 할인", "본문")


def test_f3_a_push_has_mark_and_name_in_its_title_and_a_way_out_in_its_text():
    title, text = finished("본문", "봄 할인", channel=Channel.PUSH)

    assert title == "(광고) 온달상회 봄 할인"
    assert text.startswith("본문\n무료수신거부")


def test_f3_japan_names_the_shop_and_sets_no_mark():
    _, text = finished("春のセール", rules=JAPAN, shop="青木商店")

    assert text == "青木商店\n春のセール\n配信停止 080-1234-5678"


def test_f3_information_is_left_as_it_is():
    assert finished("본문", "제목", purpose=Purpose.INFORMATION) == ("제목", "본문")


@pytest.mark.parametrize("rules", [KOREA, JAPAN])
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    "text", ["본문", "(광고)본문", "(광고) 온달상회 본문", "온달상회입니다", ""]
)
def test_f3_finishing_twice_adds_nothing(rules, channel, text):
    title, once = finished(text, text, channel=channel, rules=rules)

    assert finished(once, title, channel=channel, rules=rules) == (title, once)


@pytest.mark.parametrize("start", ["(광고) 온달상회 ", "(광고)온달상회\n", "(광고)[온달상회] "])
def test_f3_what_is_there_already_is_not_put_in_again(start):
    own = f"{start}봄 할인\n무료거부 0801234 5678"

    assert finished(own)[1] == own


@pytest.mark.parametrize("line", ["무료수신거부 080-999-9999", "무료거부 : 0809999999 "])
def test_f3_a_number_that_the_shop_had_before_gives_its_place_to_todays(line):
    _, text = finished(f"봄 할인\n{line}")

    assert text == f"(광고) 온달상회\n봄 할인\n무료수신거부 {NUMBER}"
    assert finished(line)[1] == f"(광고) 온달상회\n무료수신거부 {NUMBER}"


def test_f3_without_a_number_no_empty_line_is_added():
    assert finished("봄 할인", number="")[1] == "(광고) 온달상회\n봄 할인"


@pytest.mark.parametrize(
    "text",
    [
        "(광 고) 봄 할인",
        "[광고] 봄 할인",
        "（광고）봄 할인",
        "(AD) sale",
        "(ad)sale",
        "（ＡＤ）sale",
        "광고) 봄 할인",
        "(광고 봄 할인",
        "(광\u200b고) 봄 할인",
        "(\u2060광고) 봄 할인",
        "\u200b(광고) 봄 할인",
        "(광.고) 봄 할인",
        "(광/고) 봄 할인",
        '("광고") 봄 할인',
        "〔광고〕 봄 할인",
        "<광고> 봄 할인",
        "【広告】セール",
        "(廣告) 봄 할인",
        "(대출광고) 봄 할인",
        "((광고)) 봄 할인",
        "★(광고) 봄 할인",
        "\n(광고) 봄 할인",
        "(ㄱㅗㅏㅇㄱㅗ) 봄 할인",
        "(\u1100\u116a\u11bc\u1100\u1169 ) 봄",
        "⦅광고⦆ 봄 할인",
        "(a d) sale",
        "(АD) sale",
        "(광고)(광 고) 봄 할인",
        "(광고)(광고) 봄 할인",
        "(광고) (광고) 봄 할인",
        "(광고) #{상점명} (광고) 봄 할인",
        "#{상점명} (광고) 봄 할인",
        "(광고) 온달상회 (광고) 봄 할인",
        "[온달상회](광고) 봄 할인",
        "온달상회 [광고] 봄 할인",
        "#광고 봄 할인",
        "(광고\u3164) 봄",
    ],
)
def test_f3_a_mark_that_is_altered_is_known(text):
    assert faked_mark(text, "온달상회")


@pytest.mark.parametrize(
    "text",
    [
        "(광고) 온달상회 봄 할인",
        "(광고)봄 할인",
        "(광고)(주)온달상회 봄 할인",
        "온달상회 광고 문의를 받아요",
        "[온달상회]광고 모델 모집",
        "#{상점명} 봄 할인",
        "봄 할인",
        "[온달상회] 봄 할인",
        "(주)온달상회",
        "광고주 여러분께",
        "광고 문의를 받아요",
        "(adidas) 신상",
        "AD 2026",
        "adorable",
        "(address) changed",
        "",
        "(",
        "[광고성 정보 수신동의 안내]",
        "[광고 수신동의 안내] 온달상회",
        "※ 광고성 정보 수신동의 안내",
        "광고, 이제 쉽게 만들어요",
        "[관광 고객] 할인",
        "광고(주)온달",
    ],
)
def test_f3_honest_words_are_no_faked_mark(text):
    assert not faked_mark(text, "온달상회")


def test_f3_a_mark_is_known_behind_spaces():
    assert is_marked("  (광고) 봄 할인")
    assert not is_marked("(광 고)")


def test_f3_ten_megabytes_are_looked_at_in_no_time():
    assert not faked_mark("봄" * 10_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "무료수신거부 080-999-9999",
        "무료거부 0809999999",
        "무료 수신 거부: 080 999 9999",
        "무료수신거부 ０８０－９９９－９９９９",
        "무료거부 0 8 0 9 9 9 9 9 9 9",
        "무료거부 ⓪⑧⓪-999-9999",
        "무료.수신.거부 o8o-999-9999",
        "무료거부 +82 80-999-9999",
        "무료수신거부 080–9999–9999",
        "무료거부\n080-999-9999",
        "[무료수신거부]080.999.9999",
        "무료수신거부 번호는 (080-999-9999)",
        "수신거부를 원하시면 080-999-9999",
        "수신 동의 철회 080-999-9999",
        "광고거부 080-999-9999",
        "거부 080-999-9999",
        "080-999-9999로 문자 수신거부",
        "080-999-9999(무료거부)",
        "무료수신거부 02-123-4567",
        "무료거부 1588-1234",
        "配信停止 0120-999-999",
        "Unsubscribe: 080-999-9999",
        f"무료거부 080-999-9999\n무료수신거부 {NUMBER}",
        f"무료수신거부 {NUMBER} / 무료거부 080-999-9999",
    ],
)
def test_f3_another_number_to_refuse_at_is_known(text):
    assert faked_refusal(text, NUMBER)
    assert faked_refusal(text, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "고객센터 080-111-2222",
        f"문의 080-111-2222\n무료수신거부 {NUMBER}",
        f"문의 080-111-2222 무료수신거부 {NUMBER}",
        f"무료수신거부 {NUMBER}, 문의 080-111-2222",
        f"무료수신거부 {NUMBER} 02-111-2222",
        "무료거부 ０８０ １２３４ ５６７８",
        "무료거부 +82-80-1234-5678",
        "수신거부는 앱 설정에서",
        "수신거부는 앱에서, 문의 080-111-2222",
        "수신거부: 마이페이지 / 고객센터 080-111-2222",
        "수신거부는 마이페이지에서\n고객센터 080-111-2222",
        "080-111-2222\n수신거부는 앱에서",
        "결제가 거부되면 고객센터 080-111-2222로",
        "문자 차단 해제는 고객센터 080-111-2222",
        "수신거부 처리일 2026.11.24",
        "수신거부 문의 02-123-4567",
        "무료배송 080-111-2222",
    ],
)
def test_f3_an_ordinary_number_and_the_shops_own_are_no_faked_way_to_refuse(text):
    assert not faked_refusal(text, NUMBER)


@pytest.mark.parametrize("text", ["무료거부 ", "0 ", "수신거부 0-", "무  ", "거부080-"])
def test_f3_a_long_text_is_searched_for_numbers_in_no_time(text):
    begun = monotonic()
    faked_refusal(text * 5000, NUMBER)
    assert monotonic() - begun < 1
