"""Choosing what a template is for, wording it for each channel, and having it inspected."""

import pytest
from django.urls import reverse

from messaging import gateways
from messaging.models import (
    Channel,
    Gateway,
    Inspection,
    MessageTemplate,
    Purpose,
    SendingSettings,
    TemplateRevision,
    Topic,
)
from messaging.starters import starter
from messaging.templates import create_template
from orders.models import Country, Role
from tests.factories import (
    BODY,
    BUTTONS,
    NOW,
    GatewayFactory,
    MembershipFactory,
    MessageTemplateFactory,
    ShopFactory,
)
from tests.messaging.inspecting import Office

pytestmark = pytest.mark.django_db

LIST, NEW, PREVIEW = (
    reverse(f"messaging:{name}") for name in ("templates", "template_new", "template_preview")
)
ADVERTISING_TEXT = {"channel": "text", "purpose": "advertising"}


@pytest.fixture
def shop():
    shop = ShopFactory.create()
    SendingSettings.objects.get_or_create(shop=shop)
    return shop


def log_in(client, shop, role):
    client.force_login(MembershipFactory.create(shop=shop, role=role).user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def manager(client, shop):
    return log_in(client, shop, Role.MANAGER)


def said(answer):
    return answer.content.decode()


def make(shop, channel=Channel.TEXT, purpose=Purpose.ADVERTISING, **changes):
    own = starter(Country.KOREA, channel, Topic.COUPON)
    wording = {"name": own.name, "title": own.title, "body": own.body, "buttons": own.buttons}
    kind = {"channel": channel, "topic": Topic.COUPON, "purpose": purpose}
    return create_template(shop=shop, now=NOW, **kind | wording | changes)


# --- Choosing -------------------------------------------------------------------------------------


def test_f3_the_channel_and_the_purpose_are_chosen_first(manager):
    answer = said(manager.get(NEW))
    assert "channel=text&amp;purpose=advertising" in answer
    assert "channel=alimtalk&amp;purpose=information" in answer
    assert "id_body" not in answer


def test_f3_alimtalk_for_advertising_is_not_offered_and_the_page_says_what_is(manager):
    answer = said(manager.get(NEW))
    assert "channel=alimtalk&amp;purpose=advertising" not in answer
    assert "For advertising use text, e-mail or push" in answer


def test_the_brand_message_is_named_as_not_offered(manager):
    assert "브랜드 메시지" in said(manager.get(NEW))


@pytest.mark.parametrize(
    "asked",
    [
        {"channel": "alimtalk", "purpose": "advertising"},
        {"channel": "text", "purpose": "advertising", "topic": "consent"},
    ],
)
def test_f3_what_carries_information_only_is_refused_for_advertising(manager, shop, asked):
    wording = {"name": "광고", "body": BODY, "title": "제목"}
    answers = [manager.get(NEW, asked), manager.post(NEW, asked | wording)]
    assert {answer.status_code for answer in answers} == {422}
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("name", ["channel", "purpose", "topic"])
def test_what_does_not_exist_is_not_there(manager, name):
    assert manager.get(NEW, {"channel": "text", name: "fax"}).status_code == 404
    assert manager.post(PREVIEW, {name: "fax"}).status_code == 404


@pytest.mark.parametrize("country", Country)
@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("channel", Channel)
def test_every_channel_starts_from_wording_that_can_be_saved(client, country, topic, channel):
    shop = ShopFactory.create(country=country)
    manager = log_in(client, shop, Role.MANAGER)
    asked = {"channel": channel.value, "topic": topic.value}
    form = manager.get(NEW, asked).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name != "add_channel"}
    buttons = {
        row[name].html_name: row[name].value() or "" for row in form.rows for name in row.fields
    }
    manager.post(NEW, asked | typed | buttons | {"name": "첫 템플릿"})
    made = MessageTemplate.objects.get(shop=shop)
    assert (made.channel, made.topic, made.purpose) == (channel, topic, "information")
    assert made.current is not None and made.current.body == form.initial["body"]


# --- Wording --------------------------------------------------------------------------------------


def test_f3_the_preview_shows_what_the_law_adds(manager, shop):
    SendingSettings.objects.filter(shop=shop).update(opt_out_number="080-123-4567")
    answer = said(manager.post(PREVIEW, ADVERTISING_TEXT | {"body": "봄 할인"}))
    assert "(광고) <mark>" in answer and "무료수신거부 080-123-4567" in answer


def test_the_preview_counts_bytes_and_says_when_a_text_is_long(manager):
    asked = {"channel": "text"}
    assert "Short message (SMS) 8 / 90" in said(manager.post(PREVIEW, asked | {"body": "봄 할인a"}))
    long = said(manager.post(PREVIEW, asked | {"body": "가" * 46}))
    assert "Long message (LMS) 92 / 2,000" in long


def test_a_title_that_a_short_text_will_not_show_is_told(manager):
    asked = {"channel": "text", "title": "소식"}
    assert "without its title" in said(manager.post(PREVIEW, asked | {"body": "봄 할인"}))
    assert "without its title" not in said(manager.post(PREVIEW, asked | {"body": "가" * 46}))


def test_c8_a_missing_number_for_refusing_is_told_with_where_to_set_it(manager, shop):
    number = reverse("messaging:opt_out_number")
    assert number in said(manager.get(NEW, ADVERTISING_TEXT))
    assert number not in said(manager.get(NEW, {"channel": "text"}))
    GatewayFactory.create(shop=shop, channel="text")
    assert number not in said(manager.get(NEW, ADVERTISING_TEXT))  # the built-in phone needs none
    Gateway.objects.update(provider="nhn_sms")
    assert number in said(manager.get(NEW, ADVERTISING_TEXT))
    SendingSettings.objects.filter(shop=shop).update(opt_out_number="080-123-4567")
    assert number not in said(manager.get(NEW, ADVERTISING_TEXT))


def test_f6_the_text_that_stands_in_for_an_alimtalk_is_shown_and_kept(manager, shop):
    typed = {"name": "쿠폰", "body": BODY, "fallback": "쿠폰이 왔어요 #{링크}"}
    assert "쿠폰이 왔어요" in said(manager.post(PREVIEW, typed))
    manager.post(NEW, typed)
    assert TemplateRevision.objects.get().fallback == typed["fallback"]


def test_buttons_are_kept_in_their_order_with_what_each_opens(manager, shop):
    rows = {
        "button_1-type": "AL",
        "button_1-name": "앱",
        "button_1-ios": "shop://i",
        "button_1-android": "shop://a",
        "button_1-url": "left from before",
        "button_3-type": "WL",
        "button_3-name": "봄",
        "button_3-url": "https://shop.example",
    }
    manager.post(NEW, {"name": "쿠폰", "body": BODY, "add_channel": "on"} | rows)
    assert TemplateRevision.objects.get().buttons == [
        {"type": "AC"},
        {"type": "AL", "name": "앱", "ios": "shop://i", "android": "shop://a"},
        {"type": "WL", "name": "봄", "url": "https://shop.example"},
    ]


def test_a_sixth_button_is_refused_at_its_row(manager):
    rows = {f"button_{n}-name": f"버튼 {n}" for n in range(1, 6)}
    answer = manager.post(NEW, {"name": "쿠폰", "body": BODY, "add_channel": "on"} | rows)
    assert answer.status_code == 422
    assert answer.context["form"].rows[4].errors


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "{% now 'Y' %}"])
@pytest.mark.parametrize("channel", Channel)
def test_scripts_and_template_syntax_are_plain_text(manager, channel, text):
    typed = {"channel": channel.value, "title": text, "body": text, "button_1-name": text}
    answer = said(manager.post(PREVIEW, typed))
    assert "<script>" not in answer and ">14<" not in answer
    assert ("&lt;script&gt;" in answer) or text.replace("'", "&#x27;") in answer


def test_an_address_that_is_being_typed_leads_nowhere(manager):
    typed = {"body": BODY, "button_1-name": "열기", "button_1-url": "javascript:alert(1)"}
    assert "href" not in said(manager.post(PREVIEW, typed))


def test_what_nobody_types_is_cut_off_and_refused(manager, shop):
    huge = "가" * 300_000
    answer = manager.post(NEW, {"name": "쿠폰", "body": huge, "fallback": huge})
    assert answer.status_code == 422
    assert "the end was cut off" in said(answer)
    assert len(answer.content) < 500_000
    assert not MessageTemplate.objects.exists()


# --- The list -------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_channel_purpose_and_inspection(manager, shop):
    MessageTemplateFactory.create(shop=shop, name="알림")
    rejected = MessageTemplateFactory.create(shop=shop, name="반려된 것")
    rejected.revisions.update(inspection=Inspection.REJECTED)
    make(shop, name="문자 광고")
    for asked, found in [
        ({"channel": "text"}, {"문자 광고"}),
        ({"purpose": "information"}, {"알림", "반려된 것"}),
        ({"inspection": "rejected"}, {"반려된 것"}),
        ({"inspection": "unusable"}, set()),
        ({"used": "yes"}, set()),
        ({"channel": "fax"}, {"알림", "반려된 것", "문자 광고"}),
    ]:
        answer = said(manager.get(LIST, asked))
        assert {
            name for name in ("알림", "반려된 것", "문자 광고") if f">{name}<" in answer
        } == found


# --- Inspection -----------------------------------------------------------------------------------


@pytest.fixture
def office(monkeypatch, shop):
    office = Office()
    monkeypatch.setitem(gateways.PROVIDERS, "office", office)
    GatewayFactory.create(shop=shop, provider="office")
    return office


def inspected(shop, name="쿠폰"):
    return make(shop, Channel.ALIMTALK, Purpose.INFORMATION, name=name, body=BODY, buttons=BUTTONS)


def where(template, action="submit"):
    return reverse(f"messaging:template_{action}", args=[template.pk, 1])


def test_saving_leads_to_the_wording_that_is_to_be_submitted(manager, shop, office):
    answer = manager.post(NEW, {"name": "쿠폰", "body": BODY}, follow=True)
    assert "Submit it for inspection" in said(answer)
    assert where(MessageTemplate.objects.get()) in said(answer)


def test_the_page_submits_and_shows_how_it_stands(manager, shop, office):
    template = inspected(shop)
    answer = manager.post(where(template), follow=True)
    assert "Submitted" in said(answer) and len(office.submitted) == 1
    office.says, office.comments = Inspection.REJECTED, "변수가 <b>많아요</b>."
    answer = said(manager.post(where(template, "look_up"), follow=True))
    assert "Rejected" in answer and "변수가 &lt;b&gt;많아요&lt;/b&gt;." in answer


def test_what_the_provider_says_against_it_is_told(manager, shop, office):
    office.says = gateways.Rejected("-3001")
    answer = manager.post(where(inspected(shop)), follow=True)
    assert "-3001" in said(answer)


def test_where_the_answer_was_lost_one_asks_and_submits_what_never_arrived(manager, shop, office):
    template = inspected(shop)
    office.says = gateways.AnswerLost("garbage")
    answer = said(manager.post(where(template), follow=True))
    assert "Not known whether it arrived" in answer and where(template, "look_up") in answer
    office.says = gateways.Rejected("-3003")
    answer = said(manager.post(where(template, "look_up"), follow=True))
    assert "does not know this wording (-3003)" in answer and where(template) in answer


def test_f10_another_shops_wording_is_not_there_to_submit(manager, office):
    other = ShopFactory.create()
    Gateway.objects.create(shop=other, channel=Channel.ALIMTALK, provider="office")
    assert manager.post(where(inspected(other))).status_code == 404
    assert office.submitted == []


def test_a_viewer_submits_nothing(client, shop, office):
    viewer = log_in(client, shop, Role.VIEWER)
    assert viewer.post(where(inspected(shop))).status_code == 403
