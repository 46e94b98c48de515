"""Inspections: submitted once, looked up until decided, and what is in use then."""

from datetime import timedelta

import pytest

from messaging import gateways
from messaging.gateways import AnswerLost, Busy, GatewayError, Rejected
from messaging.inspections import (
    OPEN_EVERY,
    NothingToSubmit,
    look_up,
    look_up_all,
    may_submit,
    proposed_code,
    submit,
)
from messaging.models import Channel, Gateway, Inspection, Topic
from messaging.templates import create_template, rebase_templates, revise_template, usable
from tests.factories import BODY, BUTTONS, NOW, GatewayFactory, ShopFactory
from tests.messaging.inspecting import Office

pytestmark = pytest.mark.django_db

LATER = NOW + OPEN_EVERY
APPROVED, REJECTED = Inspection.APPROVED, Inspection.REJECTED


@pytest.fixture
def office(monkeypatch):
    office = Office()
    monkeypatch.setitem(gateways.PROVIDERS, "office", office)
    return office


@pytest.fixture
def shop(office):
    shop = ShopFactory.create()
    GatewayFactory.create(shop=shop, provider="office")
    return shop


def make(shop, **changes):
    wording = {"channel": Channel.ALIMTALK, "name": "쿠폰", "body": BODY, "buttons": BUTTONS}
    return create_template(shop=shop, topic=Topic.COUPON, now=NOW, **wording | changes)


def revise(template, body, **changes):
    wording = {"body": body, "buttons": BUTTONS} | changes
    return revise_template(template=template, now=NOW, **wording)


def newest(template):
    return template.revisions.order_by("-number").first()


def in_use(template):
    template.refresh_from_db()
    return template.current.number if template.current else None


def submitted(template, now=NOW):
    revision = newest(template)
    submit(revision=revision, now=now)
    return revision


def approve(office, template, now=LATER):
    revision = submitted(template, now - OPEN_EVERY)
    office.says = APPROVED
    look_up_all(now)
    office.says = Inspection.REQUESTED
    return revision


def test_wording_that_must_be_inspected_is_not_in_use(shop):
    template = make(shop)
    assert in_use(template) is None
    assert newest(template).approved_at is None
    assert may_submit(newest(template), Gateway.objects.get(shop=shop))


def test_what_is_submitted_is_the_wording_with_links_through_us(shop, office):
    url = {"type": "WL", "name": "가을", "url": "https://shop.example/#{이름}"}
    template = make(shop, buttons=[*BUTTONS, url])
    revision = submitted(template)
    (told,) = office.submitted
    assert (told.body, told.code) == (BODY, revision.provider_code)
    assert [button.get("name") for button in told.buttons] == ["채널 추가", "쿠폰함 열기", "가을"]
    assert not any("url" in button for button in told.buttons)
    assert told.link.endswith("/l/#{링크}")


def test_a_proposed_code_is_short_and_nobody_elses(shop):
    codes = set()
    for name in ("하나", "둘"):
        template = make(shop, name=name)
        revise(template, BODY + "\n또")
        codes |= {proposed_code(revision) for revision in template.revisions.all()}
    assert len(codes) == 4
    assert {len(code) for code in codes} == {20}


def test_what_is_submitted_is_not_submitted_again(shop, office):
    template = make(shop)
    submitted(template)
    with pytest.raises(NothingToSubmit):
        submitted(template)
    assert len(office.submitted) == 1


def test_approved_wording_is_in_use_from_then_on(shop, office):
    template = make(shop)
    revision = approve(office, template)
    revision.refresh_from_db()
    assert (in_use(template), revision.approved_at, revision.inspection) == (1, LATER, APPROVED)


def test_rejected_wording_keeps_the_comments_and_is_not_in_use(shop, office):
    template = make(shop)
    revision = submitted(template)
    office.says, office.comments = REJECTED, "변수가 많아요."
    assert look_up_all(LATER) == 1
    revision.refresh_from_db()
    assert (revision.inspection, revision.comments) == (REJECTED, "변수가 많아요.")
    assert in_use(template) is None


def test_the_wording_in_use_stays_while_the_next_one_is_inspected(shop, office):
    template = make(shop)
    approve(office, template)
    revise(template, BODY + "\n새 글")
    submitted(template)
    assert in_use(template) == 1


def test_an_older_wording_that_is_approved_late_does_not_take_the_newers_place(shop, office):
    template = make(shop)
    first = submitted(template)
    revise(template, BODY + "\n새 글")
    approve(office, template)
    first.refresh_from_db()
    assert (first.inspection, in_use(template)) == (APPROVED, 2)


def test_an_open_inspection_is_asked_after_now_and_then(shop, office):
    submitted(make(shop))
    look_up_all(NOW + OPEN_EVERY - timedelta(seconds=1))
    assert office.asked_for == []
    look_up_all(LATER)
    look_up_all(LATER)
    assert len(office.asked_for) == 1


def test_what_is_decided_against_is_not_asked_after_again(shop, office):
    submitted(make(shop))
    office.says = REJECTED
    look_up_all(LATER)
    look_up_all(LATER + timedelta(days=3))
    assert len(office.asked_for) == 1


def test_wording_in_use_that_is_withdrawn_is_no_longer_used(shop, office):
    template = make(shop)
    approve(office, template)
    office.says = REJECTED
    look_up_all(LATER + timedelta(days=1))
    assert in_use(template) is None


@pytest.mark.parametrize("error", [Rejected("-3001"), Busy("503")])
def test_what_the_provider_did_not_take_can_be_submitted_again(shop, office, error):
    template = make(shop)
    office.says = error
    with pytest.raises(GatewayError):
        submitted(template)
    revision = newest(template)
    assert (revision.inspection, revision.provider_code) == (Inspection.NONE, "")
    office.says = Inspection.REQUESTED
    assert submitted(template).inspection == Inspection.REQUESTED


def test_f1_an_answer_that_was_lost_is_looked_up_and_not_submitted_again(shop, office):
    template = make(shop)
    office.says = AnswerLost("timeout")
    with pytest.raises(AnswerLost):
        submitted(template)
    assert newest(template).inspection == Inspection.IN_DOUBT
    with pytest.raises(NothingToSubmit):
        submitted(template)
    office.says = APPROVED
    look_up_all(LATER)
    assert (in_use(template), len(office.submitted)) == (1, 1)


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_the_provider_does_not_know_may_be_submitted_again(shop, office, by_hand):
    template = make(shop)
    submitted(template)
    office.says = Rejected("-3003")
    look_up(revision=newest(template), now=LATER) if by_hand else look_up_all(LATER)
    assert newest(template).inspection == Inspection.NONE
    office.says = Inspection.REQUESTED
    assert submitted(template).inspection == Inspection.REQUESTED


def test_a_provider_that_does_not_answer_is_left_alone_for_the_round(shop, office):
    for name in ("하나", "둘"):
        submitted(make(shop, name=name))
    office.says = AnswerLost("timeout")
    assert look_up_all(LATER) == 0
    assert len(office.asked_for) == 1


def test_one_can_be_asked_after_at_once(shop, office):
    template = make(shop)
    revision = submitted(template)
    office.says = APPROVED
    look_up(revision=revision, now=NOW)
    assert in_use(template) == 1


def test_the_same_text_needs_no_second_inspection(shop, office):
    template = make(shop)
    approve(office, template)
    revise(template, BODY, fallback="문자로 알려드려요")
    assert (in_use(template), len(office.submitted)) == (2, 1)
    assert template.current.provider_code == template.revisions.get(number=1).provider_code


def test_an_earlier_approved_wording_can_be_put_in_use_again(shop, office):
    template = make(shop)
    approve(office, template)
    revise(template, BODY + "\n새 글")
    approve(office, template)
    revise(template, BODY)
    assert in_use(template) == 3


def test_waiting_wording_that_is_saved_again_is_no_new_one(shop):
    template = make(shop)
    revise(template, BODY)
    assert template.revisions.count() == 1


def test_only_what_the_shops_own_provider_approved_is_usable(shop, office):
    template = make(shop)
    approve(office, template)
    revision, gateway = newest(template), Gateway.objects.get(shop=shop)
    assert usable(revision, gateway)
    revision.provider = "another"
    assert not usable(revision, gateway)
    assert usable(revision, Gateway(provider="phone"))


def rebase(shop, provider):
    gateway = Gateway.objects.get(shop=shop)
    gateway.provider = provider
    gateway.save()
    rebase_templates(shop, gateway)


def test_another_provider_takes_the_newest_wording_that_may_go_through_it(shop, office):
    template = make(shop)
    approve(office, template)
    revise(template, BODY + "\n새 글")
    rebase(shop, "phone")
    assert in_use(template) == 2
    rebase(shop, "office")
    assert in_use(template) == 1


def test_without_usable_wording_a_template_has_none_and_the_channels_beside_keep_theirs(
    shop, office
):
    rebase(shop, "phone")
    template = make(shop)
    text = make(shop, channel=Channel.TEXT, name="문자", body="쿠폰", buttons=[])
    rebase(shop, "office")
    assert (in_use(template), in_use(text)) == (None, 1)


def test_f10_another_shops_wording_is_not_touched(shop, office):
    other = ShopFactory.create()
    GatewayFactory.create(shop=other)
    template = make(other)
    rebase(shop, "office")
    assert in_use(template) == 1


def test_who_inspects_nothing_gets_nothing_to_inspect():
    shop = ShopFactory.create()
    GatewayFactory.create(shop=shop)
    with pytest.raises(NothingToSubmit):
        submitted(make(shop))
