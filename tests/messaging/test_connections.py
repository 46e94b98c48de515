"""C8, F6: a channel goes through a provider's account, and nothing on the way gets lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from messaging.connections import (
    Standing,
    connection,
    connections,
    disconnect,
    gateway_of_hook,
    hook_address,
    save_connection,
)
from messaging.gateways import PHONE
from messaging.models import (
    Batch,
    Channel,
    ClosedFeature,
    Feature,
    Gateway,
    Reason,
    SenderNumber,
    State,
)
from orders.models import AuditEvent
from tests import factories as make
from tests.factories import NOW
from tests.messaging.desk import GOOD, NAME, SECRET, Desk, open_desk

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def desk():
    with open_desk(Desk()) as opened:
        yield opened


@pytest.fixture
def shop():
    return make.ShopFactory()


@pytest.fixture
def user():
    return make.UserFactory()


@pytest.fixture
def connected(shop, user):
    """A text gateway at the desk."""
    return connect(shop, user)


def connect(shop, user, provider=NAME, account=GOOD, channel=Channel.TEXT, at=NOW):
    return save_connection(
        shop=shop, user=user, channel=channel, provider=provider, account=account, now=at
    )


def batch_of(gateway, state, **fields):
    batch = make.BatchFactory(
        shop=gateway.shop, gateway=gateway, channel=gateway.channel, state=state, **fields
    )
    make.MessageFactory(batch=batch)
    return batch


def standing(shop, channel=Channel.TEXT, now=NOW):
    return connection(shop, channel, now).standing


def test_a_connection_keeps_its_account_encrypted_and_says_since_when(connected):
    saved = Gateway.objects.get(pk=connected.pk)
    assert (saved.provider, saved.account, saved.connected_at) == (NAME, GOOD, NOW)


def test_a_channel_stands_as_it_stands(shop, user, connected):
    assert standing(shop) == Standing.CONNECTED
    assert standing(shop, Channel.EMAIL) == Standing.MISSING
    connect(shop, user, PHONE, {}, Channel.EMAIL)
    assert standing(shop, Channel.EMAIL) == Standing.PHONE
    Gateway.objects.update(check_error="401")
    assert standing(shop) == Standing.FAILING
    Gateway.objects.update(rests_until=LATER)
    assert standing(shop) == Standing.RESTING
    assert standing(shop, now=LATER) == Standing.FAILING
    Gateway.objects.filter(channel=Channel.TEXT).update(provider="closed down")
    assert standing(shop) == Standing.GONE
    ClosedFeature.objects.create(shop=shop, feature=Feature.TEXT)
    assert standing(shop) == Standing.CLOSED


def test_how_channels_stand_is_asked_in_two_queries(shop, connected, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(connections(shop, NOW)) == 5


def test_a_provider_is_not_taken_for_a_channel_it_does_not_do(shop, user, desk):
    desk.channels = frozenset({Channel.EMAIL})
    with pytest.raises(ValidationError):
        connect(shop, user)
    with pytest.raises(ValidationError):
        connect(shop, user, "nobody")


@pytest.mark.parametrize("frozen", [State.SENDING, State.WAITING])
def test_f1_a_provider_is_not_left_with_messages_in_its_hands(shop, user, connected, frozen):
    """Another one would be asked about what it never saw, or be handed another's bytes."""
    batch = batch_of(connected, State.SENDING)
    Batch.objects.filter(pk=batch.pk).update(state=frozen)
    for leave in (
        lambda: connect(shop, user, PHONE, {}, at=LATER),
        lambda: disconnect(shop=shop, user=user, channel=Channel.TEXT, now=LATER),
    ):
        with pytest.raises(ValidationError, match="1"):
            leave()
    assert Gateway.objects.get(pk=connected.pk).provider == NAME
    Batch.objects.update(state=State.SENT)
    assert connect(shop, user, PHONE, {}, at=LATER).provider == PHONE


def test_f1_another_account_of_the_same_provider_waits_for_what_is_in_doubt(shop, user, connected):
    batch = batch_of(connected, State.SENDING)
    with pytest.raises(ValidationError):
        connect(shop, user, account=GOOD | {"app": "A2"})
    # The provider was busy so far and has taken nothing: its address may have been wrong.
    Batch.objects.filter(pk=batch.pk).update(state=State.WAITING)
    assert connect(shop, user, account=GOOD | {"app": "A2"}).account["app"] == "A2"


def test_a_new_secret_of_the_same_account_is_taken_at_any_time(shop, user, connected):
    batch_of(connected, State.SENDING)
    assert connect(shop, user, account=GOOD | {"secret": "new"}).account["secret"] == "new"


def test_another_shops_messages_hold_nobody_up(shop, user, connected):
    other = connect(make.ShopFactory(), user)
    batch_of(other, State.SENDING)
    assert connect(shop, user, PHONE, {}).provider == PHONE


def test_what_waits_goes_through_the_new_provider(shop, user, connected):
    waiting = batch_of(connected, State.WAITING)
    connect(shop, user, PHONE, {})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.gateway.provider) == (State.WAITING, PHONE)


def test_f2_disconnecting_leaves_out_what_waits_and_keeps_the_history(shop, user, connected):
    waiting, sent = batch_of(connected, State.WAITING), batch_of(connected, State.SENT)
    assert disconnect(shop=shop, user=user, channel=Channel.TEXT, now=NOW) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.LEFT_OUT, Reason.NO_GATEWAY)
    assert not Gateway.objects.filter(shop=shop).exists()
    kept = Gateway.every.get(shop=shop)
    assert (kept.provider, kept.account) == ("", {})
    assert Batch.objects.get(pk=sent.pk).gateway == kept
    assert standing(shop) == Standing.MISSING


def test_what_was_disconnected_is_connected_again(shop, user, connected):
    disconnect(shop=shop, user=user, channel=Channel.TEXT, now=NOW)
    assert disconnect(shop=shop, user=user, channel=Channel.TEXT, now=NOW) == 0
    again = connect(shop, user, at=LATER)
    assert (again.pk, again.connected_at) == (connected.pk, LATER)


def test_f6_a_new_account_is_tried_at_once(shop, user, connected):
    Gateway.objects.update(failures=9, rests_until=LATER, check_error="401", polled_through=NOW)
    saved = connect(shop, user, account=GOOD | {"secret": "new"}, at=LATER)
    assert (saved.failures, saved.rests_until, saved.check_error) == (0, None, "")
    assert (saved.connected_at, saved.polled_through) == (NOW, NOW)


def test_another_provider_has_confirmed_no_number(shop, user, connected):
    SenderNumber.objects.create(shop=shop, number="+8225551234", registered_at=NOW, in_use=True)
    connect(shop, user, account=GOOD | {"secret": "new"})
    assert SenderNumber.objects.filter(in_use=True).exists()
    connect(shop, user, PHONE, {})
    assert SenderNumber.objects.get().registered_at is None


def test_who_changed_a_connection_is_on_record_and_no_key_is(shop, user, connected):
    connect(shop, user)  # as it is: nothing happens
    connect(shop, user, account=GOOD | {"secret": "another-secret"})
    disconnect(shop=shop, user=user, channel=Channel.TEXT, now=NOW)
    events = AuditEvent.objects.for_shop(shop).order_by("pk")
    assert list(events.values_list("action", "about")) == [
        ("connect_gateway", "text:desk"),
        ("change_gateway", "text:desk"),
        ("disconnect_gateway", "text:desk"),
    ]
    assert SECRET not in repr(list(events.values()))


def test_an_account_that_can_no_longer_be_read_can_be_typed_again(shop, user, connected, settings):
    settings.ENCRYPTION_KEYS = ["x" * 43 + "="]
    assert connect(shop, user, at=LATER).account == GOOD
    assert Gateway.objects.get(pk=connected.pk).account == GOOD


def test_a_hooks_address_is_the_gateways_alone(connected):
    token = hook_address(connected).split("/")[-2]
    assert gateway_of_hook(token) == connected
    signed = token.partition(".")[2]
    assert gateway_of_hook(f"{connected.pk + 1}.{signed}") is None
    assert gateway_of_hook("no-token") is None


def test_a_provider_that_does_not_report_has_no_address(shop, user):
    assert hook_address(connect(shop, user, PHONE, {})) == ""


def test_a_hook_of_a_gateway_that_is_gone_is_none(shop, user, connected):
    token = hook_address(connected).split("/")[-2]
    disconnect(shop=shop, user=user, channel=Channel.TEXT, now=NOW)
    assert gateway_of_hook(token) is None
