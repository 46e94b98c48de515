"""One message's page: its life line, its text, and who may see it whole."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from messaging.models import Channel, Gateway, Reason, RunState, State, Tap
from orders.models import AuditEvent
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

HISTORY = reverse("messaging:history")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(make.NOW, tick=False):
        yield


def a_message(shop, **fields):
    return make.MessageFactory(batch__shop=shop, **fields)


def message_page(client, message, **options):
    return client.get(reverse("messaging:message", args=[message.pk]), **options)


def test_f9_lists_and_a_message_are_masked_for_everybody(cast: Cast):
    customer = make.CustomerFactory(shop=cast.shop, name="이하늘", phone="+821012345678")
    message = a_message(cast.shop, customer=customer)
    for client in (cast.viewer, cast.manager, cast.owner):
        for response in (client.get(HISTORY), message_page(client, message)):
            html = response.content.decode()
            assert "이*늘" in html and "010-****-5678" in html
            assert "이하늘" not in html and "1234" not in html


def test_f9_a_manager_unmasks_a_message_with_a_reason_for_once(cast: Cast):
    message = a_message(cast.shop, customer__name="이하늘", customer__shop=cast.shop)
    url = reverse("messaging:unmask_message", args=[message.pk])
    html = cast.manager.post(url, {"reason": "고객 문의"}).content.decode()
    assert "이하늘" in html
    event = AuditEvent.objects.get()
    assert (event.user, event.reason, event.about, event.at) == (
        cast.users["manager"],
        "고객 문의",
        f"customer:{message.customer_id}",
        make.NOW,
    )
    assert "이하늘" not in message_page(cast.manager, message).content.decode()


def test_f9_without_a_reason_nothing_is_unmasked(cast: Cast):
    message = a_message(cast.shop, customer__name="이하늘", customer__shop=cast.shop)
    url = reverse("messaging:unmask_message", args=[message.pk])
    response = cast.manager.post(url, {"reason": "  "})
    assert response.status_code == 422
    assert "이하늘" not in response.content.decode()
    assert not AuditEvent.objects.exists()


def test_f9_a_viewer_can_not_unmask(cast: Cast):
    message = a_message(cast.shop)
    url = reverse("messaging:unmask_message", args=[message.pk])
    assert cast.viewer.post(url, {"reason": "x"}).status_code == 403
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("name", ["message", "unmask_message", "phone", "unmask_phone"])
def test_f10_another_shops_message_is_as_one_that_does_not_exist(cast: Cast, name):
    message = a_message(cast.shop)
    there = reverse(f"messaging:{name}", args=[message.pk])
    nowhere = reverse(f"messaging:{name}", args=[1])
    for url in (there, nowhere):
        assert cast.outsider.get(url).status_code == 404
        if name.startswith("unmask"):
            assert cast.outsider.post(url, {"reason": "x"}).status_code == 404
    assert not AuditEvent.objects.exists()


def life(client, message) -> str:
    html = message_page(client, message).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("lifeline") :]))


@pytest.fixture
def english(cast: Cast):
    cast.viewer.cookies["django_language"] = "en"


@pytest.mark.usefixtures("english")
def test_f2_the_life_line_keeps_every_reason_and_the_end(cast: Cast):
    message = make.OutcomeFactory(message__batch__shop=cast.shop, state=State.FAILED).message
    make.PastReasonFactory(message=message)
    line = life(cast.viewer, message)
    order = ["no grant basis", "Decided again", "Handed over", "Failed: blocked", "is final"]
    places = [line.index(words) for words in order]
    assert places == sorted(places)


def test_f2_the_life_line_tells_steps_within_a_minute_apart(cast: Cast):
    planned = make.NOW - dt.timedelta(minutes=1)
    message = a_message(
        cast.shop,
        batch__planned_at=planned,
        batch__frozen_at=planned + dt.timedelta(seconds=7),
        batch__settled_at=planned + dt.timedelta(seconds=9),
    )
    line = life(cast.viewer, message)
    assert [f":{second} " in line for second in ("00", "07", "09")] == [True] * 3


@pytest.mark.usefixtures("english")
def test_f4_a_waiting_message_says_until_when(cast: Cast):
    opening = dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC)  # 08:00 in Seoul
    message = a_message(cast.shop, batch__state=State.WAITING, batch__not_before=opening)
    assert "Waits until tomorrow 08:00" in cast.viewer.get(HISTORY).content.decode()
    assert "Waits until tomorrow 08:00" in message_page(cast.viewer, message).content.decode()


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("state", "held"), [(State.WAITING, True), (State.SENDING, False), (State.SENT, False)]
)
def test_c6_a_waiting_message_of_a_paused_run_is_on_hold(cast: Cast, state, held):
    opening = make.NOW + dt.timedelta(hours=2)
    message = a_message(cast.shop, batch__state=state, batch__not_before=opening)
    message.batch.run.state = RunState.PAUSED
    message.batch.run.save()
    html = message_page(cast.viewer, message).content.decode()
    assert ("Waiting · on hold" in html) is held
    assert ("The platform has paused this sending" in html) is held
    assert "Waits until" not in html


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("reason", Reason)
def test_f2_every_reason_has_its_words_and_its_advice(cast: Cast, reason):
    message = a_message(cast.shop, batch__state=State.LEFT_OUT, batch__reason=reason)
    html = message_page(cast.viewer, message).content.decode()
    assert str(reason.label) in html
    assert 'class="advice"' in html


@pytest.mark.usefixtures("english")
def test_a3_a_joined_message_leads_to_the_one_it_was_joined_with(cast: Cast):
    whole = a_message(cast.shop)
    message = a_message(
        cast.shop, joined=whole, batch__state=State.LEFT_OUT, batch__reason=Reason.DUPLICATE
    )
    html = message_page(cast.viewer, message).content.decode()
    assert f'href="/messages/{whole.pk}/"' in html


def test_f8_the_text_is_the_one_of_its_revision_whatever_the_template_says_now(cast: Cast):
    message = a_message(cast.shop)
    template = message.batch.revision.template
    template.current = make.TemplateRevisionFactory(template=template, body="새 글 #{지급근거}")
    template.save()
    html = message_page(cast.viewer, message).content.decode()
    assert "봄맞이 10% 쿠폰" in html and "새 글" not in html


def test_f9_an_erased_message_has_no_text_and_still_a_page(cast: Cast):
    message = a_message(cast.shop, customer=None, variables={}, address="")
    assert message_page(cast.viewer, message).status_code == 200
    assert cast.viewer.get(HISTORY).status_code == 200


def a_mail(shop, **fields):
    """An e-mail, with its own template."""
    template = make.MessageTemplateFactory(shop=shop, channel=Channel.EMAIL)
    revision = make.TemplateRevisionFactory(
        template=template, title="제목이에요", body="글 #{이름}"
    )
    return a_message(
        shop,
        batch__channel=Channel.EMAIL,
        batch__revision=revision,
        batch__gateway=make.GatewayFactory(shop=shop, channel=Channel.EMAIL),
        customer=make.CustomerFactory(shop=shop, email="haneul@example.com"),
        address="haneul@example.com",
        **fields,
    )


def test_f8_an_e_mail_shows_its_title_and_its_address(cast: Cast):
    message = a_mail(cast.shop)
    html = message_page(cast.viewer, message).content.decode()
    assert "제목이에요" in html and "ha***@example.com" in html
    assert "ha***@example.com" in cast.viewer.get(HISTORY).content.decode()
    url = reverse("messaging:unmask_message", args=[message.pk])
    assert "haneul@example.com" in cast.manager.post(url, {"reason": "문의"}).content.decode()


@pytest.mark.usefixtures("english")
def test_f2_an_e_mail_does_not_arrive_on_a_phone(cast: Cast):
    line = life(cast.viewer, a_mail(cast.shop, batch__state=State.DELIVERED))
    assert "It arrived" in line and "on the phone" not in line


@pytest.mark.usefixtures("english")
def test_f7_the_life_line_counts_the_taps_from_the_first_on(cast: Cast):
    message = a_message(cast.shop)
    assert "tapped" not in life(cast.viewer, message)
    for minutes in (5, 9):
        at = make.NOW + dt.timedelta(minutes=minutes)
        Tap.objects.create(message=message, shop=cast.shop, link=0, at=at)
    assert re.search(r"10:05:00 A link in it was tapped, 2 times", life(cast.viewer, message))


@pytest.mark.usefixtures("english")
def test_f5_a_message_that_cost_points_says_how_many(cast: Cast):
    message = a_message(
        cast.shop, batch__price=8, batch__fallback_price=12, batch__points_spent=1200
    )
    html = re.sub(r"\s+", " ", message_page(cast.viewer, message).content.decode())
    assert "8 points for each message" in html
    assert "12 if it had to go as text" in html and "1 went together, for 1,200 points" in html
    assert (
        "points for each message"
        not in message_page(cast.viewer, a_message(cast.shop)).content.decode()
    )


def test_only_what_the_built_in_phone_received_leads_to_it(cast: Cast):
    message = a_message(cast.shop)
    phone = reverse("messaging:phone", args=[message.pk])
    assert phone in message_page(cast.viewer, message).content.decode()
    Gateway.objects.update(provider="nhn_alimtalk")
    assert phone not in message_page(cast.viewer, message).content.decode()
