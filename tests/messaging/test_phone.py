"""The customer's phone: what has arrived on a number, and nothing else."""

import re

import pytest
from django.urls import reverse

from messaging.models import Channel, Gateway, MessageTemplate, Purpose, State
from messaging.verdicts import CUSTOMER_FIELD
from orders.models import AuditEvent
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

NUMBER = "+821012345678"


@pytest.fixture
def customer(cast: Cast):
    return make.CustomerFactory(shop=cast.shop, name="이하늘", phone=NUMBER)


def a_message(shop, **fields):
    return make.MessageFactory(batch__shop=shop, **fields)


def shown(client, customer, **query) -> list[int]:
    """The messages on a customer's phone, as their buttons name them."""
    response = client.get(reverse("messaging:customer_phone", args=[customer.pk]), query)
    found = re.findall(r'hx-get="/messages/(\d+)/tap/0/"', response.content.decode())
    return [int(pk) for pk in found]


def test_only_what_was_sent_or_delivered_is_on_the_phone_the_newest_below(cast: Cast, customer):
    for state in (State.WAITING, State.SENDING, State.UNKNOWN, State.FAILED, State.LEFT_OUT):
        a_message(cast.shop, customer=customer, batch__state=state)
    sent = a_message(cast.shop, customer=customer)
    batch = make.BatchFactory(shop=cast.shop)
    for state in (State.FAILED, State.LEFT_OUT, State.UNKNOWN):
        make.OutcomeFactory(message__batch=batch, message__customer=customer, state=state)
    delivered = make.OutcomeFactory(message__batch=batch, message__customer=customer).message
    assert shown(cast.viewer, customer) == [sent.pk, delivered.pk]


def test_a_test_to_the_number_is_there_too_and_marked(cast: Cast, customer):
    test = a_message(cast.shop, customer=None, address=NUMBER)
    test.batch.run.is_test = True
    test.batch.run.save()
    cast.viewer.cookies["django_language"] = "en"
    assert shown(cast.viewer, customer) == [test.pk]
    html = cast.viewer.get(reverse("messaging:phone", args=[test.pk])).content.decode()
    assert 'class="tag">Test' in html


def test_what_went_out_through_another_provider_is_not_there(cast: Cast, customer):
    a_message(cast.shop, customer=customer)
    Gateway.objects.filter(shop=cast.shop).update(provider="real")
    assert shown(cast.viewer, customer) == []


def test_f10_another_shops_messages_to_the_same_number_are_not_there(cast: Cast, customer):
    other = make.CustomerFactory(phone=NUMBER)
    a_message(other.shop, customer=other)
    a_message(other.shop, customer=None, address=NUMBER)
    assert shown(cast.viewer, customer) == []


@pytest.mark.parametrize("name", ["customer_phone", "unmask_customer_phone"])
def test_f10_another_shops_customer_has_no_phone(cast: Cast, customer, name):
    for pk in (customer.pk, 10**9):
        assert cast.outsider.get(reverse(f"messaging:{name}", args=[pk])).status_code == 404
        assert cast.outsider.post(reverse(f"messaging:{name}", args=[pk])).status_code in (404, 405)


def test_the_number_stands_in_no_address(cast: Cast, customer):
    message = a_message(cast.shop, customer=customer)
    html = cast.viewer.get(reverse("messaging:message", args=[message.pk])).content.decode()
    assert reverse("messaging:phone", args=[message.pk]) in html
    assert not re.search(r'href="[^"]*12345678', html)


def test_f9_the_phone_is_masked_for_everybody_until_a_manager_asks(cast: Cast, customer):
    message = a_message(cast.shop, customer=customer)
    url = reverse("messaging:phone", args=[message.pk])
    for client in (cast.viewer, cast.manager, cast.owner):
        html = client.get(url).content.decode()
        assert "이*늘" in html and "이하늘" not in html and "12345678" not in html.replace("-", "")
    unmask = reverse("messaging:unmask_phone", args=[message.pk])
    assert "이하늘" not in cast.manager.post(unmask, {"reason": "문\u202e의"}).content.decode()
    assert "이하늘" in cast.manager.post(unmask, {"reason": "문의"}).content.decode()
    assert AuditEvent.objects.get().about == f"customer:{customer.pk}"
    assert "이하늘" not in cast.manager.get(url).content.decode()


def test_f9_a_viewer_can_not_unmask_a_phone(cast: Cast, customer):
    url = reverse("messaging:unmask_customer_phone", args=[customer.pk])
    assert cast.viewer.post(url, {"reason": "문의"}).status_code == 403
    assert not AuditEvent.objects.exists()


def test_earlier_messages_are_a_page_away(cast: Cast, customer):
    chunk = make.ChunkFactory(run__shop=cast.shop)
    batch = make.BatchFactory(shop=cast.shop, chunk=chunk)
    made = [make.MessageFactory(batch=batch, customer=customer).pk for _ in range(33)]
    assert shown(cast.viewer, customer) == made[3:]
    html = cast.viewer.get(reverse("messaging:customer_phone", args=[customer.pk])).content.decode()
    older = re.search(r"older=([\d.]+)", html)
    assert older
    assert shown(cast.viewer, customer, older=older[1]) == made[:3]


def test_a_customer_without_a_number_has_an_empty_phone(cast: Cast):
    customer = make.CustomerFactory(shop=cast.shop, phone="")
    a_message(cast.shop, customer=customer)
    assert shown(cast.viewer, customer) == []


def tapped(client, message, place=1):
    path = reverse("messaging:tap", args=[message.pk, place])
    return client.get(path, headers={"HX-Request": "true"})


def test_a_tap_says_what_would_open(cast: Cast):
    message = a_message(cast.shop, url="https://shop.example/c?a=1")
    html = tapped(cast.viewer, message).content.decode()
    assert 'href="https://shop.example/c?a=1"' in html
    assert 'rel="noopener noreferrer"' in html


def test_a_tap_on_the_channel_button_opens_nothing(cast: Cast):
    assert "<a " not in tapped(cast.viewer, a_message(cast.shop), 0).content.decode()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://[", "x"])
def test_a_tap_never_links_to_what_is_no_page(cast: Cast, url):
    assert "<a " not in tapped(cast.viewer, a_message(cast.shop, url=url)).content.decode()


def test_f10_a_tap_on_nothing_or_on_another_shops_message_is_404(cast: Cast):
    message = a_message(cast.shop)
    assert tapped(cast.viewer, message, 9).status_code == 404
    assert tapped(cast.outsider, message).status_code == 404


def test_the_phone_makes_a_fixed_number_of_queries(
    cast: Cast, customer, django_assert_max_num_queries
):
    batch = make.BatchFactory(shop=cast.shop)
    for _ in range(20):
        make.MessageFactory(batch=batch, customer=customer)
    with django_assert_max_num_queries(12):
        assert len(shown(cast.viewer, customer)) == 20


def on(client, customer, place):
    client.cookies["django_language"] = "en"
    url = reverse("messaging:customer_phone", args=[customer.pk])
    return client.get(url, {"place": place}).content.decode()


@pytest.fixture
def worded(cast: Cast, customer):
    """A message a channel, each with its own text."""
    made = {}
    for channel in Channel:
        gateway = make.GatewayFactory(shop=cast.shop, channel=channel)
        template = make.MessageTemplateFactory(
            shop=cast.shop, channel=channel, purpose=Purpose.INFORMATION
        )
        revision = make.TemplateRevisionFactory(
            template=template, title=f"T-{channel}", body=f"B-{channel} #{{이름}}"
        )
        made[channel] = a_message(
            cast.shop,
            customer=customer,
            address=getattr(customer, CUSTOMER_FIELD[channel]),
            batch__channel=channel,
            batch__gateway=gateway,
            batch__revision=revision,
        )
    return made


@pytest.mark.usefixtures("worded")
@pytest.mark.parametrize(
    ("place", "there"),
    [
        ("phone", {"alimtalk", "text", "push"}),
        ("email", {"email"}),
        ("inbox", {"inbox"}),
        ("nowhere", {"alimtalk", "text", "push"}),
    ],
)
def test_every_channel_arrives_at_its_own_place(cast: Cast, customer, place, there):
    html = on(cast.viewer, customer, place)
    assert {str(channel) for channel in Channel if f"B-{channel}" in html} == there


def test_a_text_bears_its_title_the_mark_and_the_number_that_refuses(cast: Cast, customer, worded):
    batch = worded[Channel.TEXT].batch
    MessageTemplate.objects.filter(channel=Channel.TEXT).update(purpose=Purpose.ADVERTISING)
    batch.opt_out_number = "080-123-4567"
    batch.save()
    html = on(cast.viewer, customer, "phone")
    assert "T-text" in html and "(광고)" in html and "무료수신거부 080-123-4567" in html


@pytest.mark.usefixtures("worded")
def test_advertising_mail_says_how_to_refuse_it(cast: Cast, customer):
    assert "수신거부" not in on(cast.viewer, customer, "email")
    MessageTemplate.objects.filter(channel=Channel.EMAIL).update(purpose=Purpose.ADVERTISING)
    html = on(cast.viewer, customer, "email")
    assert "수신거부" in html and "(광고)" in html


def test_a_push_opens_its_page_at_a_tap(cast: Cast, worded):
    html = tapped(cast.viewer, worded[Channel.PUSH], 0).content.decode()
    assert 'href="https://shop.example/coupons"' in html


def test_a_message_leads_to_the_place_where_it_arrived(cast: Cast, worded):
    url = reverse("messaging:phone", args=[worded[Channel.EMAIL].pk])
    assert "B-email" in cast.viewer.get(url).content.decode()


def test_f9_the_address_of_each_place_is_masked_until_a_manager_asks(cast: Cast, customer, worded):
    masked = f"{customer.email[:2]}***@example.com"
    assert masked in on(cast.viewer, customer, "email")
    assert customer.email not in on(cast.manager, customer, "email")
    url = reverse("messaging:unmask_customer_phone", args=[customer.pk]) + "?place=email"
    html = cast.manager.post(url, {"reason": "문의"}).content.decode()
    assert customer.email in html and "B-email 이하늘" in html.replace("<bdi>", "")


@pytest.mark.usefixtures("worded")
def test_f10_mail_of_another_shops_customer_with_the_same_address_is_not_there(cast, customer):
    other = make.CustomerFactory(email=customer.email, mall_id=customer.mall_id)
    mine = on(cast.viewer, customer, "email")
    a_message(
        other.shop,
        customer=other,
        batch__channel=Channel.EMAIL,
        batch__gateway=make.GatewayFactory(shop=other.shop, channel=Channel.EMAIL),
    )
    assert on(cast.viewer, customer, "email").count("<article") == mine.count("<article") == 1


@pytest.mark.usefixtures("worded")
def test_where_a_real_provider_is_connected_the_page_says_what_it_does_not_show(cast, customer):
    assert "isn't shown here" not in html_of(on(cast.viewer, customer, "phone"))
    Gateway.objects.filter(shop=cast.shop, channel=Channel.TEXT).update(provider="nhn_sms")
    html = html_of(on(cast.viewer, customer, "phone"))
    assert "Text message: what goes out" in html and "isn't shown here" in html
    assert "B-text" not in html and "B-alimtalk" in html
    assert "isn't shown here" not in html_of(on(cast.viewer, customer, "email"))


def html_of(page: str) -> str:
    return page.replace("&#x27;", "'")


@pytest.mark.parametrize("place", ["phone", "email", "inbox"])
@pytest.mark.usefixtures("worded")
def test_each_place_makes_a_fixed_number_of_queries(
    cast: Cast, customer, place, django_assert_max_num_queries
):
    with django_assert_max_num_queries(13):
        assert on(cast.viewer, customer, place)
