"""C8: text comes only from a registered number, and advertising names a free one."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.preparations import preparations
from messaging.checking import NoAnswer
from messaging.connections import save_connection
from messaging.gateways import Number, Rejected
from messaging.models import Channel, MessageTemplate, Price, SenderNumber, SendingSettings, Wallet
from messaging.sender_numbers import (
    add_number,
    ask_provider,
    opt_out_digits,
    remove_number,
    sender_number,
    use_number,
)
from tests import factories as make
from tests.cast import the_cast  # noqa: F401 - a fixture
from tests.factories import NOW
from tests.messaging.desk import GOOD, NAME, SECRET, Desk, open_desk

pytestmark = pytest.mark.django_db
PAGE = reverse("messaging:sender_numbers")
OFFICE, SHOP_PHONE = "+8225551234", "+8215881234"


@pytest.fixture(autouse=True)
def desk():
    with open_desk(Desk()) as opened:
        yield opened


@pytest.fixture
def shop(cast):
    """Its text goes through the desk."""
    save_connection(
        shop=cast.shop,
        user=cast.users["owner"],
        channel=Channel.TEXT,
        provider=NAME,
        account=GOOD,
        now=NOW,
    )
    return cast.shop


def add(shop, number=OFFICE, **fields):
    return SenderNumber.objects.create(shop=shop, number=number, **fields)


def states(shop):
    return {one.key: one.state for one in preparations(shop)}


@pytest.mark.parametrize(
    ("text", "number"),
    [("02-555-1234", OFFICE), ("1588-1234", SHOP_PHONE), ("+82 2 555 1234", OFFICE)],
)
def test_a_number_is_read_as_people_write_it(text, number):
    assert sender_number(text, make.ShopFactory()) == number


@pytest.mark.parametrize(
    "text", ["", "12", "no number", "02-555-12345678901", "010-0000-0000", "\x00"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValidationError):
        sender_number(text, make.ShopFactory())


@pytest.mark.parametrize("text", ["+1 212 555 0100", "+81 3 1234 5678"])
def test_a_number_of_another_country_is_refused(text):
    with pytest.raises(ValidationError, match="다른 나라"):
        sender_number(text, make.ShopFactory())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0801234567", "080-123-4567"),
        ("080-1234-5678", "080-1234-5678"),
        ("080 888 0000", "080-888-0000"),
    ],
)
def test_an_opt_out_number_is_named_as_texts_name_it(text, shown):
    assert opt_out_digits(text) == shown


@pytest.mark.parametrize("text", ["02-123-4567", "080-12-4567", "080-12345-6789", "０８０1234567"])
def test_only_a_free_number_is_an_opt_out_number(text):
    with pytest.raises(ValidationError):
        opt_out_digits(text)


def test_the_provider_says_which_numbers_are_registered(shop, desk):
    own, lost = add(shop), add(shop, "+8225559999", registered_at=NOW, in_use=True)
    desk.known = [Number(OFFICE, True), Number(SHOP_PHONE, False)]
    ask_provider(shop=shop, now=NOW)
    own.refresh_from_db()
    lost.refresh_from_db()
    new = SenderNumber.objects.get(number=SHOP_PHONE)
    assert (own.registered_at, own.checked_at, own.in_use) == (NOW, NOW, False)
    assert (lost.registered_at, lost.in_use, new.registered_at) == (None, False, None)


def test_a_provider_that_refuses_changes_nothing_and_tells_no_secret(shop, desk):
    add(shop, registered_at=NOW, in_use=True)
    desk.wrong = Rejected(f"wrong key {SECRET}")
    with pytest.raises(NoAnswer) as refused:
        ask_provider(shop=shop, now=NOW)
    assert SECRET not in refused.value.code
    assert SenderNumber.objects.filter(in_use=True).exists()


def test_only_a_registered_number_can_be_used_and_one_at_a_time(shop, cast):
    first, second, unknown = (
        add(shop, registered_at=NOW),
        add(shop, SHOP_PHONE),
        add(shop, "+8225559999"),
    )
    SenderNumber.objects.filter(pk=second.pk).update(registered_at=NOW)
    owner = cast.users["owner"]
    use_number(number=first, user=owner, now=NOW)
    use_number(number=second, user=owner, now=NOW)
    with pytest.raises(ValidationError):
        use_number(number=unknown, user=owner, now=NOW)
    assert SenderNumber.objects.get(in_use=True) == second


def test_a_number_is_listed_once_and_the_one_in_use_stays(shop, cast):
    owner = cast.users["owner"]
    number = add_number(shop=shop, user=owner, number=OFFICE, now=NOW)
    with pytest.raises(ValidationError):
        add_number(shop=shop, user=owner, number=OFFICE, now=NOW)
    SenderNumber.objects.update(registered_at=NOW, in_use=True)
    with pytest.raises(ValidationError):
        remove_number(number=number, user=owner, now=NOW)
    SenderNumber.objects.update(in_use=False)
    remove_number(number=number, user=owner, now=NOW)
    assert not SenderNumber.objects.exists()


def test_the_owner_adds_asks_uses_and_removes(shop, cast, desk):
    desk.known = [Number(OFFICE, True)]
    cast.owner.post(PAGE, {"number": "02-555-1234"})
    number = SenderNumber.objects.get()
    assert number.registered_at is not None
    cast.owner.post(reverse("messaging:sender_number_use", args=[number.pk]))
    assert SenderNumber.objects.get().in_use
    assert "02-555-1234" in cast.viewer.get(PAGE).content.decode()
    desk.known = []
    cast.owner.post(reverse("messaging:sender_numbers_ask"))
    assert not SenderNumber.objects.get().in_use
    cast.owner.post(reverse("messaging:sender_number_remove", args=[number.pk]))
    assert not SenderNumber.objects.exists()


def test_a_wrong_number_comes_back_with_what_is_wrong(shop, cast):
    answer = cast.owner.post(PAGE, {"number": "12"})
    assert answer.status_code == 422
    assert cast.viewer.post(PAGE, {"number": "02-555-1234"}).status_code == 403


def test_the_owner_sets_and_clears_the_opt_out_number(cast):
    page = reverse("messaging:opt_out_number")
    assert cast.owner.post(page, {"number": "0801234567"}).status_code == 302
    assert SendingSettings.objects.get(shop=cast.shop).opt_out_number == "080-123-4567"
    assert cast.owner.post(page, {"number": "02-123-4567"}).status_code == 422
    assert "080-123-4567" in cast.viewer.get(page).content.decode()
    cast.owner.post(page, {"number": ""})
    assert SendingSettings.objects.get(shop=cast.shop).opt_out_number == ""


def test_c8_text_needs_a_number_and_says_where_to_get_it(shop):
    found = preparations(shop)[0]
    assert (found.state, found.url) == ("open", PAGE)
    add(shop, registered_at=NOW, in_use=True)
    assert states(shop)["sender_number"] == "done"


def test_c8_points_are_needed_for_what_has_a_price(shop):
    Price.objects.update(points=0)
    assert states(shop)["points"] == "later"
    Price.objects.update_or_create(service="sms", defaults={"points": 10})
    assert states(shop)["points"] == "open"
    Wallet.objects.update_or_create(shop=shop, defaults={"recharged": 5, "available": 5})
    assert states(shop)["points"] == "done"


def test_c8_the_opt_out_number_is_needed_for_advertising_by_text(shop):
    assert states(shop)["opt_out_number"] == "later"
    template = make.MessageTemplateFactory(shop=shop)
    MessageTemplate.objects.filter(pk=template.pk).update(channel="text", purpose="advertising")
    assert states(shop)["opt_out_number"] == "open"
    SendingSettings.objects.update_or_create(shop=shop, defaults={"opt_out_number": "080-123-4567"})
    assert states(shop)["opt_out_number"] == "done"
    shop.country = "JP"
    assert states(shop)["opt_out_number"] == "later"
