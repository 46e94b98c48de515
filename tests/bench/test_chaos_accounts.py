"""The accounts of `make chaos` find what is wrong: each fault is planted here, one at a time."""

import json
from dataclasses import replace

import pytest

from bench.chaos.accounts import accounts
from bench.chaos.apps import ASKED
from bench.chaos.seen import Request, Seen, read
from crm.models import CouponNotice
from messaging.dispatch import dispatch
from messaging.models import Batch, Gateway, Message, Outcome, State
from tests.crm.street import NOW, change, shop_with_messages
from tests.messaging.scripted import Scripted
from tests.standin.ledger import Taken

pytestmark = pytest.mark.django_db
ACCEPTED, REFUSED = "2000", "3008"


@pytest.fixture
def batch():
    """Three messages, sent in one batch."""
    shop = shop_with_messages(3)
    dispatch(now=NOW, shop=shop, connect=Scripted())
    Gateway.objects.filter(shop=shop).update(provider=ASKED)
    return Batch.objects.get(shop=shop)


def taken(batch, code=ACCEPTED, **changes):
    """What the stand-in says that it took."""
    ids = Message.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)
    results = [(str(pk), code) for pk in ids]
    return replace(Taken(1, str(batch.key), "a1", 0.0, results, []), **changes)


def seen(batch, *more, **changes):
    """What the stand-in saw: the batch, and `more` that it took."""
    takings = [taken(batch, **changes), *more]
    return Seen([Request(one.key, one.sha256) for one in takings], takings, [])


def wrong(seen):
    """What the accounts complain about, by line."""
    return {line.what.strip(): line.wrong for line in accounts(seen) if line.wrong}


def test_what_is_right_is_not_complained_about(batch):
    assert wrong(seen(batch)) == {}


def test_the_accounts_count_what_there_is(batch):
    counts = {line.what.strip(): line.count for line in accounts(seen(batch))}
    assert counts["messages"] == counts["delivered"] == counts["messages that it took"] == 3
    assert counts["coupons to be told of"] == counts["notices of them"] == 3
    assert counts["batches"] == counts["requests that the stand-in saw"] == 1


def first(batch):
    return Message.objects.filter(batch=batch).order_by("pk").first()


def test_a_message_taken_twice_under_one_key_is_found(batch):
    assert wrong(seen(batch, taken(batch)))["messages that it took"] == [
        f"message {pk} was taken 2 times" for pk in ids(batch)
    ]


def ids(batch):
    return list(Message.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True))


def test_a_message_taken_under_another_key_is_found(batch):
    other = "00000000-0000-4000-8000-000000000000"
    again = taken(batch, key=other, results=[(str(ids(batch)[1]), ACCEPTED)])
    assert wrong(seen(batch, again)) == {
        "keys in them": [f"key {other} is no batch's"],
        "messages that it took": [f"message {ids(batch)[1]} was taken 2 times"],
    }


def test_a_message_that_nobody_knows_is_found(batch):
    stranger = taken(batch).results + [("17", ACCEPTED)]
    assert wrong(seen(batch, results=stranger))["messages that it took"] == [
        "message 17 is not known here"
    ]


def test_other_bytes_under_a_key_are_found(batch):
    told = seen(batch)
    told.requests.append(Request(str(batch.key), "b2"))
    assert wrong(told) == {"keys in them": [f"key {batch.key} came with other bytes"]}


def test_a_key_that_no_batch_has_is_found_unless_nothing_was_taken_under_it(batch):
    told = seen(batch)
    told.requests.append(Request("gone", "b2", turned_away=True))
    assert wrong(told) == {}
    told.requests.append(Request("gone", "b2"))
    assert wrong(told) == {"keys in them": ["key gone is no batch's"]}


def test_what_no_client_may_do_is_passed_on(batch):
    told = seen(batch)
    told.wrong.append("Idempotency-Key: '' is no UUID")
    assert wrong(told) == {"that no client may send": told.wrong}


def test_a_message_that_is_sent_and_was_not_taken_is_found(batch):
    assert wrong(Seen())["sent, and not accepted by it"] == [f"message {pk}" for pk in ids(batch)]


def test_a_message_that_was_refused_and_counts_as_sent_is_found(batch):
    assert wrong(seen(batch, results=taken(batch, REFUSED).results)) == {
        "sent, and not accepted by it": [f"message {pk}" for pk in ids(batch)]
    }


def end(batch, state, **reason):
    """Give the first message an end of its own, as the house would."""
    Outcome.objects.create(message=first(batch), batch=batch, state=state, at=NOW, **reason)
    counter = {State.LEFT_OUT: "left_out", State.FAILED: "failed", State.UNKNOWN: "unknown"}
    change(batch, **{counter[state]: 1})


def test_a_message_that_is_left_out_and_was_taken_is_found(batch):
    end(batch, State.LEFT_OUT, reason="coupon_gone")
    assert wrong(seen(batch)) == {"left out, and taken by it": [f"message {first(batch).pk}"]}


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_a_message_that_was_brought_and_not_delivered_is_found(batch, state):
    end(batch, state)
    assert wrong(seen(batch)) == {
        "brought by it, and not delivered": [f"message {first(batch).pk}"]
    }


def test_a_message_that_reached_nobody_and_counts_as_delivered_is_found(batch):
    assert wrong(seen(batch, undeliverable=[str(first(batch).pk)])) == {
        "dead letters, and not failed": [f"message {first(batch).pk}"]
    }


def test_a_message_that_failed_because_it_was_refused_is_right(batch):
    end(batch, State.FAILED, reason="3008")
    results = taken(batch).results
    results[0] = (results[0][0], REFUSED)
    assert wrong(seen(batch, results=results)) == {}


def test_a_message_that_failed_because_nobody_was_reached_is_right(batch):
    end(batch, State.FAILED, reason="3018")
    assert wrong(seen(batch, undeliverable=[str(first(batch).pk)])) == {}


def test_a_message_that_was_not_taken_may_be_unknown(batch):
    end(batch, State.UNKNOWN)
    assert wrong(seen(batch, results=taken(batch).results[1:])) == {}


def test_an_open_batch_is_found(batch):
    change(batch, state=State.SENDING, settled_at=None)
    found = wrong(seen(batch))
    assert found["still open"] == [f"message {pk} is open" for pk in ids(batch)]
    (held,) = found["at their end, but held or keeping a payload"]
    assert held.startswith(f"batch {batch.pk} is open")


def test_a_payload_that_was_kept_is_found(batch):
    change(batch, payload=b"{}")
    assert wrong(seen(batch))["at their end, but held or keeping a payload"] == [
        f"batch {batch.pk} keeps its payload"
    ]


def test_a_batch_that_miscounts_its_messages_is_found(batch):
    change(batch, size=4)
    assert wrong(seen(batch))["batches"] == [f"batch {batch.pk} has 3 messages and says 4"]


@pytest.mark.parametrize("counter", ["unknown", "failed", "delivered", "left_out"])
def test_a_wrong_counter_is_found(batch, counter):
    change(batch, **{counter: 1})
    assert wrong(seen(batch))["batches"] == [f"batch {batch.pk} has 0 {counter} and says 1"]


def test_a_batch_that_is_missing_is_found(batch):
    Batch.objects.filter(pk=batch.pk).delete()
    assert wrong(seen(batch))["missing"] == [f"batch {batch.pk} is not there"]


def test_a_coupon_without_a_notice_is_found(batch):
    gone = CouponNotice.objects.filter(message=first(batch)).get()
    CouponNotice.objects.filter(issued_id=gone.issued_id).delete()
    assert wrong(seen(batch)) == {
        "coupons to be told of": [f"coupon {gone.issued_id} has no notice"],
        "messages": [f"message {first(batch).pk} is about no coupon"],
    }


def test_a_notice_without_a_message_is_found(batch):
    issued = CouponNotice.objects.filter(message=first(batch)).get().issued_id
    CouponNotice.objects.filter(issued_id=issued).update(message_id=17)
    assert wrong(seen(batch))["notices of them"] == [f"coupon {issued} has no message 17"]


def test_a_notice_that_waits_though_its_message_was_sent_is_found(batch):
    CouponNotice.objects.filter(message=first(batch)).update(waiting=True)
    (waits,) = wrong(seen(batch))["notices that wait to be decided again"]
    assert waits.endswith(f"waits, and message {first(batch).pk} is DELIVERED")


def test_the_log_is_read_as_the_stand_in_writes_it_without_a_line_cut_off(tmp_path):
    log = tmp_path / "log"
    took = {"taken": "k", "number": 1, "sha256": "a", "results": [["7", ACCEPTED], ["8", REFUSED]]}
    records = [
        {"seen": "k", "sha256": "a", "fault": "429"},
        {"seen": "k", "sha256": "a", "fault": ""},
        took | {"undeliverable": ["7"], "at": 1.0},
        {"wrong": "body"},
    ]
    log.write_text("".join(json.dumps(record) + "\n" for record in records) + '{"seen": "k')
    told = read(log)
    assert told.requests == [Request("k", "a", turned_away=True), Request("k", "a")]
    assert (told.times, told.accepted, told.dead) == ({7: 1, 8: 1}, {7}, {7})
    assert told.wrong == ["body"]
