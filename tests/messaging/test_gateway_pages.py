"""C8: the owner connects a channel by himself, and a secret is never shown to anybody again."""

import json
from threading import Event

import pytest
from django.core import serializers
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from messaging.checking import TOO_SLOW, try_account, words
from messaging.gateways import AccountRefused, Busy, Rejected
from messaging.models import Channel, ClosedFeature, Feature, Gateway, SenderNumber
from orders.models import AuditEvent
from tests import factories as make
from tests.cast import logged_in, the_cast  # noqa: F401 - a fixture
from tests.messaging.desk import GOOD, KEY_FILE, NAME, SECRET, TYPED, Desk, open_desk

pytestmark = pytest.mark.django_db
LIST = reverse("messaging:gateways")
PAGE = reverse("messaging:gateway", args=["text"])
CHECK, PHONE, DISCONNECT = (
    reverse(f"messaging:gateway_{name}", args=["text"]) for name in ("check", "phone", "disconnect")
)
PRIVATE = json.loads(KEY_FILE)["private_key"]


@pytest.fixture(autouse=True)
def desk():
    with open_desk(Desk()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def english(cast):
    for client in (cast.owner, cast.manager, cast.viewer):
        client.cookies["django_language"] = "en"


def saved(cast):
    return Gateway.objects.get(shop=cast.shop, channel="text")


def said(answer):
    return answer.content.decode()


def test_an_owner_connects_a_channel_and_it_is_checked(cast, desk):
    answer = cast.owner.post(PAGE, TYPED, follow=True)
    gateway = saved(cast)
    assert "Connected and checked" in said(answer)
    assert gateway.account == GOOD | {"host": ""}
    assert (gateway.provider, gateway.check_error) == (NAME, "")
    assert gateway.checked_at is not None
    assert desk.accounts[0] == GOOD | {"host": ""}


def test_f11_of_a_channel_that_staff_have_closed_nothing_goes_out(cast):
    ClosedFeature.objects.create(shop=cast.shop, feature=Feature.TEXT)
    answer = said(cast.owner.post(PAGE, TYPED, follow=True))
    assert "Saved. The platform has closed this channel" in answer
    assert "from now on" not in answer


def test_what_does_not_work_is_not_saved_and_the_page_says_why(cast, desk):
    desk.wrong = Rejected("-1001")
    answer = cast.owner.post(PAGE, TYPED)
    assert answer.status_code == 422
    assert "The provider says: -1001" in said(answer)
    assert not Gateway.objects.exists()


OWN = (
    *("no-connection", "timeout", "too-slow", "cut-off", "garbage", "no-code", "no-ids", "error"),
    *("too-long", "too-many-pages", "unreadable", "bad-key", "no-token", "no-template"),
    *("no-such-host", "forbidden-address", "forbidden-port", "unencrypted", "no-starttls"),
    *("no-encryption", "certificate", "no-log-in"),
)


@pytest.mark.parametrize("code", OWN)
def test_what_we_call_a_trouble_ourselves_is_not_put_into_the_providers_mouth(cast, desk, code):
    desk.wrong = Busy(code)
    answer = said(cast.owner.post(PAGE, TYPED))
    assert escape(words(code)) in answer
    assert "The provider says" not in answer
    with override("ko"):
        assert not words(code).isascii()


@pytest.mark.parametrize("code", ["401", "Unauthorized", "InvalidAPIKey", "SignatureDoesNotMatch"])
def test_a_refused_key_is_said_so_in_words(cast, desk, code):
    desk.wrong = AccountRefused(code)
    assert "refuses the key or its secret" in said(cast.owner.post(PAGE, TYPED))


def test_f6_the_kakaotalk_channel_is_asked_for_where_alimtalk_goes_by_solapi(cast):
    alimtalk = reverse("messaging:gateway", args=["alimtalk"])
    keys = {"provider": "solapi", "account-api_key": "k", "account-api_secret": "s"}
    answer = cast.owner.post(alimtalk, keys | {"anyway": "1"})
    assert answer.status_code == 422
    assert not Gateway.objects.exists()


@pytest.mark.parametrize("provider", ["../x", "nobody", "", "inbox", "phone"])
def test_an_account_of_a_provider_that_does_not_do_this_channel_is_nowhere(cast, provider):
    assert cast.owner.post(PAGE, TYPED | {"provider": provider}).status_code == 404
    assert cast.owner.post(PAGE).status_code == 404
    assert not Gateway.objects.exists()


def test_it_is_saved_all_the_same_where_the_owner_is_sure(cast, desk):
    desk.wrong = Busy("no-connection")
    answer = cast.owner.post(PAGE, TYPED | {"anyway": "yes"}, follow=True)
    assert "can&#x27;t be reached" in said(answer)
    assert saved(cast).check_error == "no-connection"


def test_a_form_that_is_not_filled_in_says_where(cast):
    answer = cast.owner.post(PAGE, {"provider": NAME, "account-app": "A1"})
    assert answer.status_code == 422
    assert "account-secret" in said(answer)
    assert not Gateway.objects.exists()


def test_a_saved_secret_may_be_left_empty_and_stays(cast):
    cast.owner.post(PAGE, TYPED)
    cast.owner.post(PAGE, {"provider": NAME, "account-app": "A2"})
    assert saved(cast).account == GOOD | {"app": "A2", "host": ""}


def test_a_saved_secret_is_not_sent_to_another_place(cast):
    cast.owner.post(PAGE, TYPED | {"account-host": "a.example"})
    moved = {"provider": NAME, "account-app": "A1", "account-host": "thief.example"}
    assert cast.owner.post(PAGE, moved).status_code == 422
    assert saved(cast).account["host"] == "a.example"


def test_the_saved_account_is_checked_again(cast, desk):
    cast.owner.post(PAGE, TYPED)
    desk.wrong = Rejected("401")
    assert "refuses the key or its secret" in said(cast.owner.post(CHECK, follow=True))
    assert saved(cast).check_error == "401"
    desk.wrong = None
    assert "It works." in said(cast.owner.post(CHECK, follow=True))
    assert saved(cast).check_error == ""


def test_nobody_waits_long_for_a_check(desk):
    desk.hangs = Event()
    assert try_account(desk, GOOD, waits=0.01) == TOO_SLOW
    desk.hangs.set()
    with override("en"):
        assert words(TOO_SLOW) == "The provider did not answer in time."


def test_back_to_the_phone_and_away_altogether(cast):
    cast.owner.post(PAGE, TYPED)
    cast.owner.post(PHONE)
    assert (saved(cast).provider, saved(cast).account) == ("phone", {})
    cast.owner.post(DISCONNECT)
    assert not Gateway.objects.exists()
    assert "Nothing is connected" in said(cast.viewer.get(PAGE))


def test_a_provider_with_messages_in_its_hands_is_not_left_and_the_page_says_so(cast):
    cast.owner.post(PAGE, TYPED)
    batch = make.BatchFactory(shop=cast.shop, gateway=saved(cast), state=1)
    make.MessageFactory(batch=batch)
    for path in (PHONE, DISCONNECT):
        assert "1 message in its hands" in said(cast.owner.post(path, follow=True))
    assert saved(cast).provider == NAME


def test_the_list_says_what_is_missing(cast):
    assert "No sender number is in use" not in said(cast.viewer.get(LIST))
    cast.owner.post(PAGE, TYPED)
    assert "No sender number is in use" in said(cast.viewer.get(LIST))
    SenderNumber.objects.create(
        shop=cast.shop, number="+8225551234", registered_at=make.NOW, in_use=True
    )
    assert "No sender number is in use" not in said(cast.viewer.get(LIST))


def test_only_the_owner_changes_a_connection(cast):
    for client in (cast.manager, cast.viewer):
        assert {client.post(path).status_code for path in (PAGE, CHECK, PHONE, DISCONNECT)} == {403}


def test_only_the_owner_sees_where_the_provider_reports_to(cast, settings):
    cast.owner.post(PAGE, TYPED)
    assert f"{settings.BASE_URL}/hooks/" in said(cast.owner.get(PAGE))
    assert "/hooks/" not in said(cast.manager.get(PAGE))


def test_the_pages_name_the_provider(cast):
    cast.owner.post(PAGE, TYPED)
    numbers = reverse("messaging:sender_numbers")
    pages = [client.get(path) for client in (cast.owner, cast.viewer) for path in (LIST, PAGE)]
    assert all("The desk" in said(page) for page in [*pages, cast.viewer.get(numbers)])


def test_there_is_no_sixth_channel(cast):
    assert cast.owner.get(reverse("messaging:gateway", args=["pigeon"])).status_code == 404


def test_alimtalks_page_says_what_carries_advertising(cast):
    page = reverse("messaging:gateway", args=[Channel.ALIMTALK])
    assert "brand messages" in said(cast.viewer.get(page))


@pytest.mark.parametrize("wrong", [None, Rejected(f"bad {SECRET} {PRIVATE}"), ValueError(SECRET)])
def test_a_secret_is_nowhere_to_be_found(cast, desk, wrong, caplog):
    """In pages, forms that come back, messages, logs, the admin, reprs, dumps and audit events."""
    staff = logged_in(make.UserFactory(is_staff=True, is_superuser=True))
    found = [said(cast.owner.post(PAGE, TYPED | {"anyway": "yes"}, follow=True))]
    desk.wrong = wrong
    found += [said(cast.owner.post(PAGE, TYPED)), said(cast.owner.post(CHECK, follow=True))]
    found += [said(cast.owner.post(PAGE, {**TYPED, "account-app": ""}))]
    for client in (cast.owner, cast.manager, cast.viewer):
        found += [said(client.get(path)) for path in (LIST, PAGE, "/", f"{PAGE}?provider={NAME}")]
    gateway = saved(cast)
    for page in ("changelist", "change"):
        args = [gateway.pk] if page == "change" else []
        found.append(said(staff.get(reverse(f"admin:messaging_gateway_{page}", args=args))))
    events = list(AuditEvent.objects.values())
    found += [repr(gateway), str(gateway), repr(events), gateway.check_error, caplog.text]
    found.append(serializers.serialize("json", Gateway.every.all()))
    for secret in (SECRET, PRIVATE, PRIVATE[5:-5]):
        assert [text for text in found if secret in text] == []
    assert SECRET in gateway.account["secret"]
