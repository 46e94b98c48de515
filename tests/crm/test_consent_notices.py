"""F3: who agrees, refuses or withdraws is told of it; a consent is reconfirmed every two years."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from crm.campaigns.consent_notices import forecast, planning, settings_of
from crm.campaigns.consent_notices.rechecking import recheck
from crm.campaigns.consent_notices.settings import set_template, switch
from crm.models import ConsentNotice, Due, Job, NoticeKind
from crm.schedules import run_due
from messaging.integrity import find_broken
from messaging.models import Gateway, Reason, Run, Topic
from orders.ingest import ingest
from orders.models import ConsentKind, Country, Role
from orders.records import ConsentRecord
from tests import factories as make
from tests.crm.street import DAY, HOUR, MINUTE, NOW, add_customer, local, messages, open_shop, tick

pytestmark = pytest.mark.django_db

CHANGED, RENEWED = NoticeKind.CHANGED, NoticeKind.RECONFIRMED


@pytest.fixture
def shop():
    """A shop with a template for consents, both notices off."""
    return with_template(open_shop())


def with_template(shop):
    template = make.MessageTemplateFactory(shop=shop, topic=Topic.CONSENT, name="동의 안내")
    manager = make.MembershipFactory(shop=shop, role=Role.MANAGER).user
    set_template(shop=shop, template=template, user=manager, now=NOW)
    return shop


def turn_on(shop, kind, since=NOW):
    switch(shop=shop, kind=kind, on=True, since=since)


def tell(customer, kind=ConsentKind.TEXT, *, given=True, at):
    """The shop tells us that a member agreed or refused."""
    record = ConsentRecord(customer.mall_id, kind, given, at, "mall")
    ingest(shop=customer.shop, records=[record], now=at)


def told(shop):
    """What each of the shop's messages says: (kind, words, reason)."""
    return [(m.batch.run.kind, m.variables["agreed"], m.reason) for m in messages(shop)]


def test_f3_who_agrees_is_told_the_next_morning(shop):
    turn_on(shop, CHANGED)
    customer = add_customer(shop, name="김하늘")
    tell(customer, at=NOW + HOUR)
    assert tick(shop, NOW + HOUR) == {}
    assert tick(shop, NOW + DAY) == {"": 1}
    (message,) = messages(shop)
    assert message.variables["agreed"] == "문자 광고 수신 동의"
    assert (message.variables["shop"], message.variables["name"]) == ("봄날문구", "김하늘")
    agreed_at = datetime.fromisoformat(message.variables["agreed_at"])
    assert (agreed_at if agreed_at.tzinfo else agreed_at.replace(tzinfo=UTC)) == NOW + HOUR
    assert message.address == customer.phone


def test_f3_each_change_is_told_once(shop):
    turn_on(shop, CHANGED)
    customer = add_customer(shop)
    tell(customer, at=NOW + HOUR)
    assert tick(shop, NOW + DAY) == {"": 1}
    assert tick(shop, NOW + 2 * DAY) == {}
    tell(customer, given=False, at=NOW + 2 * DAY + HOUR)
    assert tick(shop, NOW + 3 * DAY) == {"": 1}
    assert [words for _kind, words, _reason in told(shop)] == [
        "문자 광고 수신 동의",
        "문자 광고 수신 거부",
    ]
    assert ConsentNotice.objects.filter(shop=shop).count() == 2


def test_f3_all_that_a_member_changed_is_in_one_message(shop):
    turn_on(shop, CHANGED)
    customer = add_customer(shop)
    for kind in ConsentKind:
        tell(customer, kind, given=kind != ConsentKind.EMAIL, at=NOW + HOUR)
    assert tick(shop, NOW + DAY) == {"": 1}
    ((_kind, words, _reason),) = told(shop)
    assert words == (
        "문자 광고 수신 동의, 이메일 광고 수신 거부, 앱푸시 광고 수신 동의, "
        "야간(21시~8시) 광고 수신 동의, 쿠폰 메일 수신 동의"
    )


def test_f3_changes_of_several_days_say_their_days(shop):
    turn_on(shop, CHANGED)
    customer = add_customer(shop)
    tell(customer, at=local("2026-11-20 23:59"))
    tell(customer, ConsentKind.EMAIL, at=local("2026-11-21 00:01"))
    tick(shop, NOW + DAY)
    ((_kind, words, _reason),) = told(shop)
    assert words == (
        "문자 광고 수신 동의(2026년 11월 20일), 이메일 광고 수신 동의(2026년 11월 21일)"
    )


def test_f3_what_was_changed_twice_is_told_as_it_stands(shop):
    turn_on(shop, CHANGED)
    customer = add_customer(shop)
    tell(customer, at=NOW + HOUR)
    tell(customer, given=False, at=NOW + 2 * HOUR)
    assert tick(shop, NOW + DAY) == {"": 1}
    ((_kind, words, _reason),) = told(shop)
    assert words == "문자 광고 수신 거부"


def test_f3_what_was_changed_before_the_switch_is_not_told(shop):
    customer = add_customer(shop)
    tell(customer, at=NOW - MINUTE)
    turn_on(shop, CHANGED)
    assert tick(shop, NOW + DAY) == {}
    assert not Run.objects.filter(shop=shop).exists()


def test_f3_missed_days_are_made_up_for_at_once(shop):
    turn_on(shop, CHANGED)
    tell(add_customer(shop), at=NOW + HOUR)
    assert tick(shop, NOW + 30 * DAY + HOUR) == {"": 1}
    assert Run.objects.get(shop=shop).as_of == NOW + 30 * DAY
    assert Due.objects.get(shop=shop, job=Job.CONSENTS).next_at == NOW + 31 * DAY


def test_f2_who_has_no_address_is_left_out_with_the_reason(shop):
    turn_on(shop, CHANGED)
    tell(add_customer(shop, phone=""), at=NOW + HOUR)
    assert tick(shop, NOW + DAY) == {"no_address": 1}
    assert tick(shop, NOW + 2 * DAY) == {}


def test_f1_a_chunk_has_whole_members(shop, monkeypatch):
    monkeypatch.setattr(planning, "CONSENTS_A_CHUNK", 3)
    turn_on(shop, CHANGED)
    for _ in range(3):
        customer = add_customer(shop)
        for kind in (ConsentKind.TEXT, ConsentKind.EMAIL):
            tell(customer, kind, at=NOW + HOUR)
    assert tick(shop, NOW + DAY) == {"": 3}
    assert Run.objects.get(shop=shop).chunks.count() == 2
    assert find_broken(shop) == []


def test_f10_another_shops_members_are_told_nothing(shop):
    turn_on(shop, CHANGED)
    tell(add_customer(open_shop()), at=NOW + HOUR)
    assert tick(shop, NOW + DAY) == {}


def test_f3_nothing_is_decided_while_the_channel_is_not_connected(shop):
    turn_on(shop, CHANGED)
    tell(add_customer(shop), at=NOW + HOUR)
    gateways = Gateway.objects.filter(shop=shop)
    gateways.update(provider="")
    assert tick(shop, NOW + DAY) == {}
    Gateway.every.filter(shop=shop).update(provider="phone")
    assert tick(shop, NOW + 2 * DAY) == {"": 1}


def test_f3_a_consent_is_reconfirmed_on_the_day_two_years_later(shop):
    since = local("2024-11-21 18:00")  # later in the day than the tick
    make.ConsentFactory(customer=add_customer(shop), since=since)
    turn_on(shop, RENEWED)
    assert tick(shop, NOW) == {}
    assert tick(shop, NOW + DAY) == {"": 1}
    assert told(shop) == [(RENEWED, "문자 광고 수신 동의", "")]
    assert tick(shop, NOW + 2 * DAY) == {}


def test_f3_a_consent_is_reconfirmed_again_after_two_more_years(shop):
    make.ConsentFactory(customer=add_customer(shop), since=NOW - 730 * DAY)
    turn_on(shop, RENEWED)
    assert tick(shop, NOW) == {"": 1}
    assert tick(shop, local("2028-11-19 10:00")) == {}
    assert tick(shop, local("2028-11-20 10:00")) == {"": 1}
    assert sorted(ConsentNotice.objects.values_list("nth", flat=True)) == [1, 2]


def test_f3_a_consent_of_many_years_is_reconfirmed_once_when_turned_on(shop):
    make.ConsentFactory(customer=add_customer(shop), since=local("2015-03-01 12:00"))
    turn_on(shop, RENEWED)
    assert tick(shop, NOW) == {"": 1}
    assert tick(shop, NOW + DAY) == {}
    assert tick(shop, local("2027-02-28 10:00")) == {}
    assert tick(shop, local("2027-03-01 10:00")) == {"": 1}


def test_f3_a_consent_of_the_29th_of_february_is_reconfirmed_by_the_28th(shop):
    make.ConsentFactory(customer=add_customer(shop), since=local("2024-02-29 12:00"))
    turn_on(shop, RENEWED, since=local("2026-02-01 10:00"))
    assert tick(shop, local("2026-02-27 10:00")) == {}
    assert tick(shop, local("2026-02-28 10:00")) == {"": 1}


def test_f3_a_refusal_and_what_has_ended_are_not_reconfirmed(shop):
    old = NOW - 1000 * DAY
    make.ConsentFactory(customer=add_customer(shop), since=old, given=False)
    make.ConsentFactory(customer=add_customer(shop), since=old, until=NOW - DAY)
    turn_on(shop, RENEWED)
    assert tick(shop, NOW) == {}


def test_f3_where_the_law_asks_for_no_reconfirmation_there_is_none():
    shop = with_template(open_shop(country=Country.JAPAN))
    with pytest.raises(ValidationError):
        turn_on(shop, RENEWED)


def test_a10_the_forecast_is_what_the_next_tick_does(shop):
    for phone in ("+821000000001", "+821000000002", ""):
        make.ConsentFactory(customer=add_customer(shop, phone=phone), since=NOW - 1000 * DAY)
    found = forecast(settings_of(shop), RENEWED, NOW)
    assert (found.planned, found.left_out, found.points) == (2, [("no_address", 1)], 0)
    turn_on(shop, RENEWED)
    assert tick(shop, found.at) == {"": 2, "no_address": 1}


def test_f3_turned_off_nothing_is_due(shop):
    turn_on(shop, CHANGED)
    turn_on(shop, RENEWED)
    switch(shop=shop, kind=CHANGED, on=False, since=NOW)
    assert Due.objects.filter(shop=shop, job=Job.CONSENTS).exists()
    switch(shop=shop, kind=RENEWED, on=False, since=NOW)
    assert not Due.objects.filter(shop=shop).exists()


def test_f3_a_notice_of_what_has_ended_meanwhile_is_old_news(shop):
    turn_on(shop, CHANGED)
    customer = add_customer(shop)
    tell(customer, at=NOW + HOUR)
    tick(shop, NOW + DAY)
    (message,) = messages(shop)
    batch, later = message.batch, NOW + DAY + HOUR
    assert not recheck(batch, {message.pk: ""}, later)
    tell(customer, given=False, at=later - MINUTE)
    assert recheck(batch, {message.pk: ""}, later).left_out == {message.pk: Reason.OLD_NEWS}


def test_f3_a_notice_that_could_not_be_paid_for_is_due_again(shop):
    turn_on(shop, CHANGED)
    tell(add_customer(shop), at=NOW + HOUR)
    tick(shop, NOW + DAY)
    (message,) = messages(shop)
    recheck(message.batch, {message.pk: Reason.NO_POINTS}, NOW + DAY)
    assert tick(shop, NOW + 2 * DAY) == {"": 1}


def test_f1_the_job_runs_with_the_others(shop):
    turn_on(shop, CHANGED, since=NOW + timedelta(minutes=1))
    assert run_due(now=NOW + HOUR, shop=shop) == []
    (plan,) = run_due(now=NOW + DAY, shop=shop)
    assert (plan.job, plan.decisions) == (Job.CONSENTS, {})
