"""What a message says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.models import Topic
from messaging.wording import (
    VARIABLES,
    Locale,
    Part,
    compile_body,
    describe_discount,
)
from orders.models import Country
from tests.factories import BODY, coupon_values

KOREA = Locale(Country.KOREA, "Asia/Seoul")
JAPAN = Locale(Country.JAPAN, "Asia/Tokyo")


def say(body, locale=KOREA, year=2026, **changes):
    return compile_body(body, Topic.COUPON).text(coupon_values(**changes), locale, year)


def test_a9_the_variables_of_a_coupon_message_are_these_and_no_others():
    known = ["상점명", "이름", "쿠폰명", "혜택", "사용기한", "지급근거", "링크"]
    assert list(VARIABLES[Topic.COUPON]) == known


def test_a9_every_variable_is_filled_in():
    said = say("#{상점명}|#{이름}|#{쿠폰명}|#{혜택}|#{사용기한}|#{지급근거}")
    assert said == (
        "봄날문구|김하늘|봄맞이 10% 쿠폰|10% 할인 (최대 5,000원)|11월 30일 23:59|"
        "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."
    )


def test_what_is_no_variable_stays_as_it_stands():
    assert say("#{없는것} #이름 #{") == "#{없는것} #이름 #{"


@pytest.mark.parametrize(
    "text", ["{{ shop }}", "{% now 'Y' %}", "<b>굵게</b>", "%(name)s", "{name}", "\\1", "${x}"]
)
def test_no_template_engine_touches_a_merchants_text(text):
    assert say(text) == text


@pytest.mark.parametrize("value", ["#{이름}", "{{ 7 }}", "<script>", "\\g<0>", "#{쿠폰명"])
def test_a_filled_in_value_is_never_read_as_text_again(value):
    assert say("#{지급근거}/#{쿠폰명}", basis=value, coupon=value) == f"{value}/{value}"


@given(body=st.text(max_size=200))
def test_any_text_without_a_variable_comes_out_as_it_went_in(body):
    if "#{" not in body:
        assert say(body) == body


@given(name=st.text(max_size=40))
def test_the_parts_together_are_the_text(name):
    wording, values = compile_body(BODY, Topic.COUPON), coupon_values(name=name)
    parts = wording.parts(values, KOREA, 2026)
    assert "".join(part.text for part in parts) == wording.text(values, KOREA, 2026)


def test_the_parts_name_the_variable_that_filled_them_in():
    parts = compile_body("#{이름}님", Topic.COUPON).parts(coupon_values(), KOREA, 2026)
    assert parts == [Part("김하늘", "이름"), Part("님")]


def test_f9_a_masked_text_hides_the_name_and_nothing_else():
    wording = compile_body("#{이름} #{쿠폰명}", Topic.COUPON)
    parts = wording.parts(coupon_values(), KOREA, 2026, masked=True)
    assert "".join(part.text for part in parts) == "김*늘 봄맞이 10% 쿠폰"


def test_a5_several_coupons_are_the_first_and_how_many_others():
    assert say("#{쿠폰명}", more=10) == "봄맞이 10% 쿠폰 외 10종"


def test_a5_one_coupon_is_its_name_alone():
    assert say("#{쿠폰명}", more=0) == "봄맞이 10% 쿠폰"


def test_a9_a_coupon_without_an_end_says_so():
    assert say("#{사용기한}", expires=None) == "기한 없음"
    assert say("#{사용기한}", JAPAN, expires=None) == "期限なし"


def test_midnight_is_shown_as_the_last_minute_of_the_day_before():
    assert say("#{사용기한}", expires="2026-11-30T15:00:00+00:00") == "11월 30일 23:59"


def test_midnight_of_the_first_of_january_belongs_to_the_old_year():
    ends = "2026-12-31T15:00:00+00:00"
    assert say("#{사용기한}", expires=ends) == "12월 31일 23:59"


def test_another_time_of_day_is_shown_as_it_is():
    assert say("#{사용기한}", expires="2026-11-30T03:30:00+00:00") == "11월 30일 12:30"


def test_a_time_without_an_offset_is_utc():
    assert say("#{사용기한}", expires="2026-11-30T03:30:00") == "11월 30일 12:30"


def test_the_end_is_told_in_the_shops_own_zone():
    elsewhere = Locale(Country.KOREA, "America/New_York")
    ends = "2026-11-30T03:30:00+00:00"
    assert say("#{사용기한}", elsewhere, expires=ends) == "11월 29일 22:30"


def test_a_date_of_another_year_is_written_with_it():
    ends = "2027-01-31T15:00:00+00:00"
    assert say("#{사용기한}", expires=ends) == "2027년 1월 31일 23:59"
    assert say("#{사용기한}", JAPAN, expires=ends) == "2027年1月31日 23:59"


def test_a_date_of_the_messages_own_year_is_written_without_it():
    ends = "2027-01-31T15:00:00+00:00"
    assert say("#{사용기한}", year=2027, expires=ends) == "1월 31일 23:59"


def test_a_japanese_shop_writes_japanese():
    said = say("#{쿠폰명}|#{혜택}|#{사용기한}", JAPAN, more=2)
    assert said == "봄맞이 10% 쿠폰 他2種|10%割引（最大5,000円）|11月30日 23:59"


@pytest.mark.parametrize(
    ("country", "kind", "value", "most", "least", "words"),
    [
        (Country.KOREA, "percent", 10, None, None, "10% 할인"),
        (Country.KOREA, "percent", 10, 5000, None, "10% 할인 (최대 5,000원)"),
        (Country.KOREA, "fixed", 3000, None, 30000, "3,000원 할인 (30,000원 이상 구매 시)"),
        (
            Country.KOREA,
            "percent",
            15,
            5000,
            30000,
            "15% 할인 (최대 5,000원, 30,000원 이상 구매 시)",
        ),
        (Country.JAPAN, "fixed", 300, None, None, "300円割引"),
        (Country.JAPAN, "percent", 10, 500, 3000, "10%割引（最大500円、3,000円以上のご購入）"),
    ],
)
def test_a_discount_is_said_as_customers_read_it(country, kind, value, most, least, words):
    said = describe_discount(kind=kind, value=value, most=most, least=least, country=country)
    assert said == words


def test_f3_a_consent_notice_says_who_when_and_what():
    body = "#{상점명}|#{이름}|#{동의일}|#{동의내용}"
    values = {
        "shop": "봄날문구",
        "name": "김하늘",
        "agreed_at": "2026-11-20T16:00:00+00:00",
        "agreed": "문자 광고 수신 동의",
    }
    wording = compile_body(body, Topic.CONSENT)
    assert wording.text(values, KOREA, 2026) == (
        "봄날문구|김하늘|2026년 11월 21일|문자 광고 수신 동의"
    )
    assert "2026年11月21日" in wording.text(values, JAPAN, 2026)


@pytest.mark.parametrize("topic", Topic)
def test_no_variable_becomes_longer_than_it_may(topic):
    most = coupon_values(
        shop="가" * 80,
        name="가" * 80,
        coupon="가" * 80,
        more=999_999,
        basis="가" * 200,
        expires="2027-12-31T03:00:00+00:00",
        benefit={"type": "fixed", "value": 99_999_999, "max": None, "min": 999_999_999},
        agreed="가" * 600,
        agreed_at="2026-12-31T03:00:00+00:00",
        link="https://dangol.example/l/" + "x" * 21,
    )
    for locale in (KOREA, JAPAN):
        for variable in VARIABLES[topic].values():
            assert len(variable.write(most, locale, 2026)) <= variable.most
