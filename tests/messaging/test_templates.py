"""Wording templates: the pages, and what saving does."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from messaging.buttons import check_buttons
from messaging.checks import Worded, check
from messaging.models import Channel, MessageTemplate, Topic
from messaging.preview import preview, sample_values
from messaging.starters import STARTERS
from messaging.templates import create_template, revise_template
from messaging.wording import tidy
from orders.models import Country, Role
from tests.factories import (
    BODY,
    BUTTONS,
    NOW,
    MembershipFactory,
    MessageTemplateFactory,
    ShopFactory,
    TemplateRevisionFactory,
)

pytestmark = pytest.mark.django_db

LIST, NEW, PREVIEW = (
    reverse(f"messaging:{name}") for name in ("templates", "template_new", "template_preview")
)


def page(template):
    return reverse("messaging:template", args=[template.pk])


def typed(**changes):
    wording = {"body": BODY, "add_channel": "on", "button_1-name": "열기"}
    return {"name": "쿠폰 알림"} | wording | changes


@pytest.fixture
def shop():
    return ShopFactory.create()


@pytest.fixture
def as_role(client, shop):
    """Log in as someone of this role, in English."""

    def log_in(role):
        client.force_login(MembershipFactory.create(shop=shop, role=role).user)
        client.cookies["django_language"] = "en"
        return client

    return log_in


@pytest.fixture
def manager(as_role):
    return as_role(Role.MANAGER)


# --- Use cases ------------------------------------------------------------------------------------


def make(shop, **changes):
    wording = {"name": "쿠폰", "body": BODY, "buttons": BUTTONS} | changes
    return create_template(
        shop=shop, channel=Channel.ALIMTALK, topic=Topic.COUPON, now=NOW, **wording
    )


@pytest.mark.parametrize("name", ["\u3164", "쿠폰\u202e알림", "쿠폰\n알림"])
def test_a_template_has_a_name_that_can_be_read(shop, manager, name):
    with pytest.raises(ValidationError):
        make(shop, name=name)
    answer = manager.post(NEW, typed(name=name))
    assert answer.status_code == 422 and answer.context["form"].errors["name"]
    assert not MessageTemplate.objects.exists()


def test_a_new_template_is_in_use_at_once_on_the_built_in_phone(shop):
    template = make(shop)
    assert (template.current.number, template.current.approved_at) == (1, NOW)


def test_a_refused_wording_leaves_no_template_behind(shop):
    with pytest.raises(ValidationError):
        make(shop, body="지급근거가 없어요")
    assert not MessageTemplate.objects.exists()


def test_a_new_wording_is_a_new_revision_and_the_old_one_stays(shop):
    template = make(shop)
    first = template.current
    revise_template(template=template, body=BODY + "\n고마워요", buttons=[], now=NOW)
    first.refresh_from_db()
    assert (first.body, template.current.number) == (BODY, 2)


def test_the_same_wording_again_is_no_new_revision(shop):
    template = make(shop)
    windows = "\r\n" + BODY.replace("\n", "\r\n") + " "
    revise_template(template=template, body=windows, buttons=BUTTONS, now=NOW)
    assert template.revisions.count() == 1


# --- Preview --------------------------------------------------------------------------------------


def unkept(shop):
    return MessageTemplate(shop=shop, channel=Channel.ALIMTALK, topic=Topic.COUPON)


@pytest.mark.parametrize("country", Country)
def test_the_starters_could_be_sent(country):
    starter = STARTERS[country].issue
    check(Worded(Channel.ALIMTALK, Topic.COUPON, starter.body, buttons=starter.buttons))
    check_buttons(starter.buttons)


@pytest.mark.parametrize(("country", "zone"), [("KR", "Asia/Seoul"), ("JP", "Asia/Tokyo")])
def test_a_preview_fills_in_every_variable(country, zone):
    shop = ShopFactory.create(country=country, timezone=zone)
    body = STARTERS[Country(country)].issue.body
    values = sample_values(shop, Topic.COUPON, NOW)
    seen = preview(unkept(shop), values, NOW, body=body, buttons=[])
    assert not any("#{" in part.text for part in seen.parts)
    assert all(part.text for part in seen.parts if part.variable)


def test_the_sample_coupon_ends_with_a_day_of_the_shop(shop):
    values = sample_values(shop, Topic.COUPON, NOW)
    seen = preview(unkept(shop), values, NOW, body="#{사용기한}", buttons=[])
    assert seen.parts[0].text == "11월 27일 23:59"


def test_a_preview_takes_real_values_in_the_samples_place(shop):
    values = sample_values(shop, Topic.COUPON, NOW) | {"coupon": "VIP 15%", "more": 0}
    seen = preview(unkept(shop), values, NOW, body="#{쿠폰명}", buttons=BUTTONS)
    assert (seen.parts[0].text, seen.buttons) == ("VIP 15%", BUTTONS)


def test_typed_text_is_kept_without_space_around_it():
    assert tidy(" a\r\nb \n") == "a\nb"


# --- Pages ----------------------------------------------------------------------------------------


def test_the_list_names_the_wording_in_use(manager, shop):
    template = MessageTemplateFactory.create(shop=shop, name="봄 쿠폰")
    answer = manager.get(LIST).content.decode()
    assert "봄 쿠폰" in answer and "No. 1" in answer and page(template) in answer


def test_the_list_makes_the_same_queries_for_any_number(
    manager, shop, django_assert_max_num_queries
):
    MessageTemplateFactory.create_batch(12, shop=shop)
    with django_assert_max_num_queries(10):
        manager.get(LIST)


def test_an_empty_list_says_what_to_do_first(manager):
    assert NEW in manager.get(LIST).content.decode()


def test_a_new_template_starts_from_wording_that_works(manager, shop):
    initial = manager.get(NEW, {"channel": "alimtalk"}).context["form"].initial
    assert initial["body"] == STARTERS[Country.KOREA].issue.body


def test_saving_a_new_template_makes_its_first_revision(manager, shop):
    answer = manager.post(NEW, typed())
    made = MessageTemplate.objects.get(shop=shop)
    assert answer.url == page(made)
    assert made.revisions.get().buttons == [{"type": "AC"}, {"type": "WL", "name": "열기"}]


def test_saving_makes_a_new_revision_and_may_rename(manager, shop):
    template = MessageTemplateFactory.create(shop=shop)
    manager.post(page(template), typed(name="새 이름", body=BODY + "\n끝"))
    template.refresh_from_db()
    assert template.name == "새 이름"
    assert template.current == template.revisions.get(number=2)


def test_saving_the_same_again_is_no_new_revision(manager, shop):
    template = MessageTemplateFactory.create(shop=shop, name="쿠폰 알림")
    manager.post(page(template), typed(**{"button_1-name": BUTTONS[1]["name"]}))
    assert template.revisions.count() == 1


def test_a_refused_wording_comes_back_with_its_errors_and_keeps_what_was_typed(manager, shop):
    template = MessageTemplateFactory.create(shop=shop)
    wrong = typed(body="#{없는것}", **{"button_1-name": "가" * 15})
    answer = manager.post(page(template), wrong)
    form = answer.context["form"]
    assert answer.status_code == 422
    assert (set(form.errors), set(form.rows[0].errors)) == ({"body"}, {"name"})
    assert "#{없는것}" in answer.content.decode()
    assert template.revisions.count() == 1


def test_two_templates_of_a_shop_do_not_share_a_name(manager, shop):
    MessageTemplateFactory.create(shop=shop, name="쿠폰 알림")
    answer = manager.post(NEW, typed())
    assert set(answer.context["form"].errors) == {"name"}


def test_f10_another_shop_may_have_a_template_of_that_name(manager, shop):
    MessageTemplateFactory.create(name="쿠폰 알림")
    assert manager.post(NEW, typed()).status_code == 302


def test_an_earlier_wording_can_be_looked_at(manager, shop):
    template = MessageTemplateFactory.create(shop=shop)
    TemplateRevisionFactory.create(template=template, body="예전 글\n#{지급근거}")
    answer = manager.get(page(template), {"revision": "2"})
    assert "예전 글" in answer.content.decode()


def test_a_revision_that_is_not_there_shows_the_one_in_use(manager, shop):
    template = MessageTemplateFactory.create(shop=shop)
    answer = manager.get(page(template), {"revision": "9' OR"})
    assert answer.context["shown"] == template.current


def test_the_preview_shows_what_is_being_typed(manager):
    answer = manager.post(PREVIEW, typed(body="#{이름}님 <b>안녕</b>")).content.decode()
    assert "<mark>김하늘</mark>님 &lt;b&gt;안녕&lt;/b&gt;" in answer


def test_the_preview_says_what_is_wrong_while_typing(manager):
    answer = manager.post(PREVIEW, typed(body="#{없는것}", name="")).content.decode()
    assert "There is no variable #{없는것}" in answer
    assert "id_name" not in answer


def test_the_preview_counts_the_characters(manager):
    assert "3 / 960" in manager.post(PREVIEW, typed(body="가나다")).content.decode()


def test_the_preview_changes_nothing(manager, shop):
    template = MessageTemplateFactory.create(shop=shop)
    manager.post(PREVIEW, typed(template=template.pk, body="새 글\n#{지급근거}"))
    assert template.revisions.count() == 1


def test_a_viewer_reads_and_cannot_edit(as_role, shop):
    viewer, template = as_role(Role.VIEWER), MessageTemplateFactory.create(shop=shop)
    assert viewer.get(LIST).status_code == viewer.get(page(template)).status_code == 200
    refused = [viewer.post(page(template), typed()), viewer.post(NEW, typed()), viewer.get(NEW)]
    refused.append(viewer.post(PREVIEW, typed()))
    assert {answer.status_code for answer in refused} == {403}


def test_f10_another_shops_template_is_not_there(manager, shop):
    other = MessageTemplateFactory.create(name="남의 것")
    assert manager.get(page(other)).status_code == 404
    assert manager.post(page(other), typed()).status_code == 404
    assert manager.post(PREVIEW, typed(template=other.pk)).status_code == 404
    assert "남의 것" not in manager.get(LIST).content.decode()


@pytest.mark.parametrize("places", [range(1, 8), range(6, 12), [1, 2, 3, 4, 5, 999999]])
def test_buttons_beyond_the_fifth_are_refused_and_the_limit_is_named(manager, places):
    buttons = {f"button_{place}-name": f"열기 {place}" for place in places}
    answer = manager.post(NEW, {"name": "쿠폰", "body": BODY} | buttons)
    assert answer.status_code == 422 and "at most 5 buttons" in answer.content.decode()
    assert not MessageTemplate.objects.exists()
