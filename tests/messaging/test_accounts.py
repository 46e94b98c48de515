"""F6, C8: an account that can't be decrypted is to be entered again; nothing else breaks."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.urls import reverse

from messaging.breaker import ACCOUNT_REST
from messaging.checking import NoAnswer
from messaging.connections import check_connection
from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways import PROVIDERS, AccountRefused, AnswerLost
from messaging.inspections import submit
from messaging.models import Channel, Gateway, Message, State, TemplateRevision
from messaging.sender_numbers import ask_provider
from orders.encrypted import WrongKeyError
from tests import factories as make
from tests.cast import logged_in, the_cast  # noqa: F401 - a fixture
from tests.crm.street import NOW, only_message, shop_with_messages
from tests.full_shop import fill
from tests.messaging.desk import GOOD, NAME, TYPED, Desk, open_desk
from tests.messaging.inspecting import Office
from tests.pages import CONSOLE

pytestmark = pytest.mark.django_db
OTHER_KEYS = ["x" * 43 + "="]
LATER = NOW + 2 * ACCOUNT_REST
PAGE = reverse("messaging:gateway", args=["text"])
SECOND = timedelta(seconds=1)


class Composer(Desk):
    """Needs the account as it writes the request."""

    def compose(self, messages, head, account):
        return account["app"].encode() + super().compose(messages, head, account)


class Caller(Desk):
    """Needs the account as it calls."""

    def send(self, batch):
        assert batch.account["app"]
        return super().send(batch)

    def ask(self, batch):
        assert batch.account["app"]
        return super().ask(batch)


def at_the_desk(shop, channel=Channel.ALIMTALK):
    gateway = Gateway.objects.get(shop=shop, channel=channel)
    gateway.provider, gateway.account = NAME, GOOD
    gateway.save()
    return gateway


def lose_the_key(settings):
    settings.ENCRYPTION_KEYS = OTHER_KEYS


def test_a_gateway_is_read_and_saved_without_the_key_and_keeps_its_account(settings):
    gateway = make.GatewayFactory(account=GOOD)
    keys = settings.ENCRYPTION_KEYS
    lose_the_key(settings)
    found = Gateway.objects.get(pk=gateway.pk)
    with pytest.raises(WrongKeyError):
        found.account["app"]
    found.failures = 1
    found.save()
    settings.ENCRYPTION_KEYS = keys
    assert Gateway.objects.get(pk=gateway.pk).account == GOOD


def test_what_is_saved_again_is_kept_with_the_first_key(settings):
    gateway = make.GatewayFactory(account=GOOD)
    settings.ENCRYPTION_KEYS = OTHER_KEYS + settings.ENCRYPTION_KEYS
    Gateway.objects.get(pk=gateway.pk).save()
    lose_the_key(settings)
    assert Gateway.objects.get(pk=gateway.pk).account == GOOD


def test_an_account_comes_back_from_a_dump():
    gateway = make.GatewayFactory(account=GOOD)
    dump = serializers.serialize("json", [gateway])
    (restored,) = serializers.deserialize("json", dump)
    restored.save()
    assert Gateway.objects.get(pk=gateway.pk).account == GOOD


@pytest.mark.parametrize("desk", [Composer, Caller])
def test_f6_sending_with_it_rests_the_gateway_and_fails_no_message(desk, settings):
    shop = shop_with_messages(1)
    gateway = at_the_desk(shop)
    keys = settings.ENCRYPTION_KEYS
    with open_desk(desk()) as opened:
        lose_the_key(settings)
        assert dispatch(now=NOW, shop=shop) == {}
        gateway.refresh_from_db()
        assert gateway.rests_until and gateway.rests_until >= NOW + ACCOUNT_REST
        assert (only_message(shop).state, opened.sent) == (State.WAITING, [])
        settings.ENCRYPTION_KEYS = keys
        assert dispatch(now=LATER, shop=shop) == {State.DELIVERED: 1}


def test_f6_asking_with_it_rests_the_gateway_and_leaves_the_message_in_doubt(settings):
    shop = shop_with_messages(1)
    gateway = at_the_desk(shop)
    keys, back = settings.ENCRYPTION_KEYS, NOW + LEASE + SECOND
    caller = Caller()
    caller.can_ask, caller.remembers = True, timedelta(0)
    caller.replies = [AnswerLost("timeout")]
    with open_desk(caller):
        assert dispatch(now=NOW, shop=shop) == {}
        lose_the_key(settings)
        assert dispatch(now=back, shop=shop) == {}
        gateway.refresh_from_db()
        assert gateway.rests_until and gateway.rests_until > back
        assert (only_message(shop).state, caller.asked) == (State.SENDING, [])
        settings.ENCRYPTION_KEYS = keys
        assert dispatch(now=back + ACCOUNT_REST * 2, shop=shop) == {State.DELIVERED: 1}


def test_f6_it_holds_up_no_other_shop_and_not_the_built_in_phone(settings):
    lost, other = shop_with_messages(1), shop_with_messages(1)
    at_the_desk(lost)
    with open_desk(Composer()):
        lose_the_key(settings)
        assert dispatch(now=NOW) == {State.DELIVERED: 1}
    assert only_message(other).state == State.DELIVERED


def test_checking_it_says_that_it_is_to_be_entered_again(cast, settings):
    class Checked(Desk):
        def check(self, account):
            super().check(dict(account))

    with open_desk(Checked()):
        cast.owner.post(PAGE, TYPED)
        lose_the_key(settings)
        gateway = Gateway.objects.get(shop=cast.shop, channel=Channel.TEXT)
        assert check_connection(gateway=gateway, now=NOW) == "unreadable"
        with pytest.raises(NoAnswer) as refused:
            ask_provider(shop=cast.shop, now=NOW)
    assert refused.value.code == "unreadable"


def test_submitting_wording_with_it_is_refused_and_can_be_done_again(settings, monkeypatch):
    monkeypatch.setitem(PROVIDERS, "office", Office())
    gateway = make.GatewayFactory(provider="office", account=GOOD)
    revision = make.TemplateRevisionFactory(template__shop=gateway.shop)
    lose_the_key(settings)
    with pytest.raises(AccountRefused):
        submit(revision=revision, now=NOW)
    assert TemplateRevision.objects.get(pk=revision.pk).provider == ""


def test_the_gateways_page_says_what_to_do(cast, settings):
    cast.owner.cookies["django_language"] = "en"
    with open_desk(Desk()):
        cast.owner.post(PAGE, TYPED)
        told = "enters the account again"
        assert told not in cast.owner.get(PAGE).content.decode()
        lose_the_key(settings)
        assert told in cast.owner.get(PAGE).content.decode()
        cast.owner.post(PAGE, TYPED)
        assert told not in cast.owner.get(PAGE).content.decode()


def test_f10_every_page_opens_without_the_keys(settings):
    full = fill("lost", make.NOW)
    Gateway.objects.update(provider=NAME, account=GOOD)
    lose_the_key(settings)
    client = logged_in(full.owner)
    with open_desk(Desk()):
        for entry in CONSOLE:
            response = client.get(entry.path_to(full))
            assert response.status_code in (200, 302, 405), entry.name
    assert Message.objects.for_shop(full.shop).exists()
