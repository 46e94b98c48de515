"""The accounts of `make chaos` with the providers, the points and the law find what is planted."""

from datetime import timedelta

import pytest

from bench.chaos.accounts_of_advertising import accounts_of_advertising
from bench.chaos.accounts_of_points import accounts_of_points
from bench.chaos.accounts_of_providers import accounts_of_providers
from bench.chaos.desks import End, Taken
from bench.chaos.told import all_messages
from crm.models import CouponMessageSettings, Kind
from messaging.dispatch import dispatch
from messaging.gateways import Answers
from messaging.models import (
    Batch,
    Channel,
    Gateway,
    Message,
    OptOutSource,
    PointsEntry,
    Purpose,
    State,
    Wallet,
)
from messaging.opt_outs import opt_out
from messaging.wallets import recharge
from orders.ingest import ingest
from orders.models import Consent, ConsentKind
from orders.records import ConsentRecord
from tests import factories as make
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    change,
    give,
    open_shop,
    shop_with_messages,
    tick,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
SENT = Answers(State.SENT)


class Paid(Scripted):
    """One whose messages cost points."""

    charges = True


def sent_by(provider, reply=SENT):
    """Three messages that went by this provider's gateway, in one batch that cost points."""
    shop = shop_with_messages(3)
    recharge(shop=shop, points=100, step="test", now=NOW)
    dispatch(now=NOW, shop=shop, connect=Paid(reply))
    Gateway.objects.filter(shop=shop).update(provider=provider)
    return Batch.objects.get(shop=shop)


def ids(batch):
    return list(Message.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True))


def taken(batch, end=End.UNTOLD):
    """What the provider says that it took, at once."""
    provider = Gateway.objects.get(pk=batch.gateway_id).provider
    return [Taken(provider, pk, NOW, end) for pk in ids(batch)]


def complaints(lines):
    return {line.what.strip(): line.wrong for line in lines if line.wrong}


def of_providers(*told, wrong=()):
    return complaints(accounts_of_providers(all_messages(), told, wrong))


def named(batch):
    return [f"message {pk}" for pk in ids(batch)]


def test_what_is_right_is_not_complained_about():
    batch = sent_by("smtp")
    assert of_providers(*taken(batch)) == {}
    assert complaints(accounts_of_points([], NOW)) == {}


def test_a_message_that_a_provider_took_twice_is_found():
    batch = sent_by("smtp")
    told = taken(batch)
    assert of_providers(*told, told[1]) == {
        "smtp: messages that it took": [f"message {ids(batch)[1]} was taken 2 times"]
    }


def test_a_message_that_another_provider_took_is_found():
    batch = sent_by("smtp")
    stranger = Taken("fcm", ids(batch)[0], NOW, End.UNTOLD)
    assert of_providers(*taken(batch), stranger) == {
        "fcm: messages that it took": [f"message {ids(batch)[0]} does not go this way"]
    }


def test_a_message_that_was_lost_is_found():
    batch = sent_by("solapi", Answers(State.DELIVERED))
    assert of_providers()["sent, and not taken"] == named(batch)


@pytest.mark.parametrize("end", [End.DELIVERED, End.FELL_BACK, End.FAILED])
def test_a_message_whose_end_was_not_heard_is_found(end):
    batch = sent_by("aligo")
    assert of_providers(*taken(batch, end))["ended otherwise there"] == named(batch)


def test_a_message_that_failed_here_and_arrived_is_found():
    batch = sent_by("nhn_sms", Answers(State.FAILED))
    assert of_providers(*taken(batch, End.DELIVERED))["ended otherwise there"] == named(batch)


@pytest.mark.parametrize("provider", ["solapi", "aligo", "fcm", "smtp"])
def test_what_nobody_can_tell_may_be_unknown(provider):
    sent_by(provider, Answers(State.UNKNOWN))
    assert of_providers() == {}


@pytest.mark.parametrize("provider", ["nhn_alimtalk", "nhn_sms"])
def test_what_could_be_asked_after_and_is_unknown_is_found(provider):
    batch = sent_by(provider, Answers(State.UNKNOWN))
    assert of_providers()["unknown"] == [
        f"message {pk}, and the provider could be asked (taken: 0)" for pk in ids(batch)
    ]


def test_what_is_not_in_the_inbox_is_found():
    batch = sent_by("inbox")
    assert of_providers() == {"inbox: messages": named(batch)}


def test_what_no_client_may_send_is_passed_on():
    assert of_providers(wrong=["aligo: -105"]) == {
        "what no client may send to any of them": ["aligo: -105"]
    }


def of_points(*told, now=NOW):
    return complaints(accounts_of_points(told, now))


def test_points_that_a_batch_holds_and_its_wallet_does_not_know_of_are_found():
    batch = sent_by("smtp")
    change(batch, points_spent=25)
    found = of_points()
    assert found["wallets"] == [f"wallet {batch.shop_id}: batches hold 25 spent"]
    assert found["batches that cost points"][0].startswith(f"batch {batch.pk} holds ")
    assert len(found["complaints of find_unbalanced"]) == 2


def test_points_that_were_not_given_back_are_found():
    batch = sent_by("smtp")
    make.OutcomeFactory(message_id=ids(batch)[0], batch=batch, state=State.FAILED)
    change(batch, failed=1)
    assert list(of_points()) == ["batches that cost points"]


def test_an_entry_that_is_missing_is_found():
    batch = sent_by("smtp")
    PointsEntry.objects.filter(batch=batch, kind="settle").delete()
    assert "entries of their ledgers" in of_points()


def test_a_ledger_that_was_below_zero_in_between_is_found():
    batch = sent_by("smtp")
    change(PointsEntry.objects.earliest("pk"), recharged=10, available=10)
    PointsEntry.objects.create(
        shop=batch.shop, kind="recharge", step="late", recharged=90, available=90, at=NOW
    )
    below, *_after = of_points()["entries of their ledgers"]
    assert below.startswith(f"wallet {batch.shop_id} had -14 available after entry")


def test_a_fallback_that_was_not_counted_is_found():
    batch = sent_by("solapi", Answers(State.DELIVERED))
    assert of_points(*taken(batch, End.FELL_BACK)) == {
        "messages delivered by their fallback": [f"batch {batch.pk} counts 0, there it were 3"]
    }


def test_a_fallback_that_the_points_did_not_suffice_for_is_told_and_not_found():
    batch = sent_by("solapi", Answers(State.DELIVERED))
    change(batch, fallback_price=12, fell_back=3)
    lines = list(accounts_of_points(taken(batch, End.FELL_BACK), NOW))
    assert complaints(lines) == {}
    assert {line.what.strip(): line.count for line in lines}[
        "points short where a failed one arrived"
    ] == 12
    assert Wallet.objects.get().spent == 24


@pytest.fixture
def advert():
    """A push of advertising that went out at NOW, its customer having agreed long before."""
    shop = open_shop(Kind.ISSUED)
    template = make.MessageTemplateFactory(
        shop=shop, channel=Channel.PUSH, purpose=Purpose.ADVERTISING
    )
    CouponMessageSettings.objects.filter(shop=shop).update(advertising_template=template)
    customer = add_customer(shop, app_token="t1")
    ingest(shop=shop, records=[agrees(customer, ConsentKind.PUSH)], now=NOW)
    give(customer, add_coupon(shop, basis=""))
    tick(shop)
    dispatch(now=NOW, shop=shop, connect=Scripted(SENT))
    Gateway.objects.filter(shop=shop, channel=Channel.PUSH).update(provider="fcm")
    return Message.objects.get(shop=shop)


def agrees(customer, kind, given=True, since=NOW - 30 * DAY):
    return ConsentRecord(customer.mall_id, kind, given, since, "test")


def of_advertising(advert, at=NOW):
    told = [Taken("fcm", advert.pk, at, End.UNTOLD)]
    return complaints(accounts_of_advertising(all_messages(), told))


def refuse(advert, at):
    opt_out(
        shop=advert.shop,
        channel=Channel.PUSH,
        address=advert.address,
        source=OptOutSource.LINK,
        now=at,
    )


def test_f3_advertising_by_the_law_is_not_complained_about(advert):
    assert advert.address == "t1"
    assert of_advertising(advert) == {}


def test_f3_advertising_after_a_refusal_is_found(advert):
    refuse(advert, NOW - HOUR)
    assert of_advertising(advert) == {
        "to an address that had refused it": [
            f"message {advert.pk} was decided 1:00:00 after the refusal"
        ],
        "without consent": [f"message {advert.pk}"],
    }


def test_f3_a_refusal_afterwards_is_none(advert):
    refuse(advert, NOW + MINUTE)
    assert of_advertising(advert) == {}


def test_f3_advertising_without_consent_is_found(advert):
    Consent.objects.all().delete()
    assert of_advertising(advert) == {"without consent": [f"message {advert.pk}"]}


@pytest.mark.parametrize("hour", [-3, 11, 20])
def test_f3_advertising_at_a_closed_hour_is_found(advert, hour):
    """NOW is 10:00 in Seoul."""
    at = NOW + timedelta(hours=hour)
    assert list(of_advertising(advert, at)) == ["at a closed hour"]


@pytest.mark.parametrize("minutes", [-120, 659])
def test_f3_the_hours_begin_at_eight_and_end_at_nine(advert, minutes):
    assert of_advertising(advert, NOW + minutes * MINUTE) == {}


def test_f3_who_agreed_to_the_night_may_be_written_to_then(advert):
    ingest(shop=advert.shop, records=[agrees(advert.customer, ConsentKind.NIGHT)], now=NOW)
    assert of_advertising(advert, NOW - 3 * HOUR) == {}
