"""Whatever a merchant or a mall writes stays text wherever it is shown, and is filled in once."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from messaging.gateways import PROVIDERS, Letterhead, Outgoing
from messaging.gateways.smtp import mime
from messaging.gateways.smtp.letter import Message as Letter
from messaging.gateways.smtp.letter import Style
from messaging.links import opt_out_token
from messaging.models import Channel, Purpose
from messaging.rendering import of_batch
from messaging.services import SERVICES
from tests import factories as make
from tests.cast import Cast, the_cast  # noqa: F401 - a fixture
from tests.messaging.hostile import HOSTILE, PLAIN, World, a_world, read, world_of

pytestmark = pytest.mark.django_db

TEN_MB = 10 * 1024 * 1024
AT_MOST = 2.0  # seconds


def _admin(model: str) -> Callable[[World], str]:
    def page(world: World) -> str:
        response = world.staff.get(reverse(f"admin:{model}_changelist"))
        assert response.status_code == 200
        return response.content.decode()

    return page


def _message_page(channel: Channel) -> Callable[[World], str]:
    return lambda world: world.get("messaging:message", world.messages[channel].pk)


def _phone(place: str) -> Callable[[World], str]:
    return lambda world: world.get("messaging:customer_phone", world.customer.pk, place=place)


def _unmasked(world: World) -> str:
    url = reverse("messaging:unmask_customer_phone", args=[world.customer.pk])
    return world.cast.manager.post(url, {"reason": "문의"}).content.decode()


def _opt_out(world: World) -> str:
    token = opt_out_token(world.messages[Channel.EMAIL].pk)
    return Client().get(f"/o/{token}").content.decode()


def _letter(world: World) -> str:
    sent = _outgoing(world, Channel.EMAIL)
    links = [(button["name"], button["url"]) for button in sent.buttons]
    name = world.cast.shop.name
    return Style(name, name, "KR").html(Letter(sent.title, sent.text, links, sent.opt_out))


PAGES: dict[str, Callable[[World], str]] = {
    "history": lambda world: world.get("messaging:history", period="all"),
    **{f"message, {channel}": _message_page(channel) for channel in Channel},
    **{f"phone, {place}": _phone(place) for place in ("phone", "email", "inbox")},
    "phone unmasked": _unmasked,
    "template": lambda world: world.get(
        "messaging:template", world.messages[Channel.EMAIL].batch.revision.template_id
    ),
    "templates": lambda world: world.get("messaging:templates"),
    "member": lambda world: world.get("crm:customer", world.customer.pk),
    "coupons": lambda world: world.get("crm:coupons"),
    "opt-out": _opt_out,
    "letter": _letter,
    "admin: shops": _admin("orders_shop"),
    "admin: customers": _admin("orders_customer"),
    "admin: messages": _admin("messaging_message"),
    "admin: templates": _admin("messaging_messagetemplate"),
    "admin: coupons": _admin("coupons_coupon"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_f8_hostile_text_makes_no_element_on_any_page(cast: Cast, name: str):
    with world_of(cast, PLAIN) as world:
        plain = {where: read(page(world)).elements for where, page in PAGES.items()}
    with world_of(cast, HOSTILE[name]) as world:
        shown = {where: read(page(world)).elements for where, page in PAGES.items()}
    assert all(len(elements) > 5 for elements in plain.values())
    assert [where for where in PAGES if shown[where] != plain[where]] == []


WORDED = ("message, email", "phone, phone", "phone, email", "phone, inbox", "opt-out", "letter")


@pytest.mark.parametrize(
    "name", sorted(HOSTILE.keys() - {"header"})
)  # line ends are the browser's to read
def test_f8_hostile_text_is_read_on_the_page_as_it_was_written(cast: Cast, name: str):
    world = a_world(cast, HOSTILE[name])
    assert [where for where in WORDED if HOSTILE[name] not in read(PAGES[where](world)).text] == []


def _outgoing(world: World, channel: Channel) -> Outgoing:
    message = world.messages[channel]
    wording = of_batch(message.batch, message.shop)
    return wording.outgoing(message.pk, message.address, message.variables, message.url)


@pytest.mark.parametrize("name", HOSTILE)
def test_f8_a_value_that_looks_like_a_variable_is_not_filled_in(cast: Cast, name: str):
    world = a_world(cast, PLAIN)
    message, text = world.messages[Channel.ALIMTALK], HOSTILE[name]
    message.variables = make.coupon_values(name=text, coupon=text, basis="근거")
    assert _outgoing(world, Channel.ALIMTALK).text == f"{PLAIN}\n{text}|{text}"


def _payload(world: World, channel: Channel, provider: str) -> Any:
    head = Letterhead(
        key=uuid4(),
        channel=channel,
        service=SERVICES[channel],
        purpose=Purpose.INFORMATION,
        shop=world.cast.shop.name,
        sender="0212345678",
    )
    account = defaultdict(str, sender_key="k")
    body = PROVIDERS[provider].compose([_outgoing(world, channel)], head, account)
    # Text to NHN Cloud is a path and several bodies, a line each.
    return [json.loads(line) for line in body.split(b"\n") if line[:1] in b"[{"]


def _texts(told: Any) -> Iterator[str]:
    """Every text in a body, also in the bodies within it (Firebase gets one a message)."""
    if isinstance(told, dict):
        told = [*told, *told.values()]
    if isinstance(told, str):
        yield told
        if told.startswith('{"'):
            yield from _texts(json.loads(told))
    elif isinstance(told, list):
        for one in told:
            yield from _texts(one)


SENT = {
    "nhn_alimtalk": Channel.ALIMTALK,
    "solapi": Channel.ALIMTALK,
    "nhn_sms": Channel.TEXT,
    "smtp": Channel.EMAIL,
    "fcm": Channel.PUSH,
    "phone": Channel.INBOX,
}


@pytest.mark.parametrize(
    "name", sorted(HOSTILE.keys() - {"header"})
)  # a letter's line ends are made alike
def test_f8_what_a_provider_is_told_holds_hostile_text_whole_and_once(cast: Cast, name: str):
    world = a_world(cast, HOSTILE[name])
    for provider, channel in SENT.items():
        told = list(_texts(_payload(world, channel, provider)))
        assert told.count(_outgoing(world, channel).text) == 1, provider


def test_f8_no_text_adds_a_header_to_a_letter():
    text = HOSTILE["header"]
    head = mime.head(name=text, address="a@shop.example", reply_to="", at=make.NOW)
    envelope = mime.Envelope("b@example.com", text, "1@shop.example", "")
    parsed = message_from_bytes(mime.letter(head, envelope, text, text))
    assert "Bcc" not in parsed
    assert parsed.is_multipart()


NEW = reverse("messaging:template_new")
PREVIEW = reverse("messaging:template_preview")
ASKED = {"channel": "email", "purpose": "information", "topic": "coupon", "name": "이름"}


@pytest.mark.parametrize("name", HOSTILE)
def test_f8_the_template_form_and_its_preview_show_or_refuse_hostile_text(cast: Cast, name: str):
    plain = {**ASKED, "title": PLAIN, "body": f"{PLAIN} #{{이름}}"}
    hostile = {**ASKED, "title": HOSTILE[name], "body": f"{HOSTILE[name]} #{{이름}}"}
    seen = [
        {tag for tag, _names in read(cast.manager.post(PREVIEW, said).content.decode()).elements}
        for said in (plain, hostile)
    ]
    assert seen[1] - seen[0] <= {"ul", "li", "p", "svg", "use"}  # an error's own
    assert cast.manager.post(NEW, hostile).status_code in (302, 422)


@pytest.mark.parametrize("path", [NEW, PREVIEW, reverse("account_login")])
def test_f8_ten_megabytes_are_refused_at_once_and_say_how_much_is_allowed(
    cast: Cast, path: str, caplog: pytest.LogCaptureFixture
):
    client = cast.nobody if "login" in path else cast.manager
    begun = time.monotonic()
    caplog.clear()
    response = client.post(path, {**ASKED, "title": "x", "body": "x" * TEN_MB})
    assert time.monotonic() - begun < AT_MOST
    assert response.status_code == 413
    assert "2.5" in response.content.decode() and "<h1>" in response.content.decode()
    assert [(one.levelname, one.exc_info) for one in caplog.records] == [("WARNING", None)]


def test_f8_ten_megabytes_while_typing_leave_the_page_as_it_is(cast: Cast):
    said = {**ASKED, "body": "x" * TEN_MB}
    response = cast.manager.post(PREVIEW, said, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (413, "#messages")
    assert "2.5" in response.content.decode() and "<html" not in response.content.decode()


@pytest.mark.parametrize("field", ["name", "title", "body"])
@pytest.mark.parametrize("path", [NEW, PREVIEW])
def test_f8_two_megabytes_in_a_field_are_refused_there_at_once(cast: Cast, path: str, field: str):
    said = {**ASKED, "title": PLAIN, "body": PLAIN, field: "가#{" * 400_000}
    begun = time.monotonic()
    response = cast.manager.post(path, said)
    assert time.monotonic() - begun < AT_MOST
    assert response.status_code == (422 if path == NEW else 200)
    assert len(response.content) < 500_000
