"""A replay decides, customer by customer, what a plain count over the rules does."""

import csv
import io
import random
from datetime import time, timedelta

import pytest
from django.core.management import call_command

from crm.campaigns.coupon_messages.settings import set_expiry_time, settings_of
from crm.models import CouponOverride, Kind
from messaging.models import Gateway
from orders.models import Country
from tests import factories as make
from tests.crm.oracle import PlainCoupon, PlainIssued, PlainShop, decisions
from tests.crm.street import (
    BASIS,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    change,
    give,
    open_shop,
    set_quiet,
    turn,
)

pytestmark = pytest.mark.django_db(transaction=True)
START, END = NOW - 2 * DAY + 7 * MINUTE, NOW + 2 * DAY
SHOPS = 24
QUIET = [None, ("21:00", "08:00"), ("07:00", "13:00"), ("09:30", "12:00"), ("18:10", "10:20")]
MOMENT = timedelta(microseconds=1)


class RandomShop:
    """A shop in the database, and the same as plain values."""

    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        country = rng.choice(list(Country))
        self.shop = open_shop(country=country)
        self.expiry_time = time(rng.randrange(8, 18), rng.choice((0, 30)))
        set_expiry_time(settings=settings_of(self.shop), at=self.expiry_time, now=START)
        self.since = {kind: self.turn_on(kind) for kind in Kind}
        self.quiet = rng.choice(QUIET)
        if self.quiet:
            set_quiet(self.shop, *self.quiet)
        self.gateway = rng.random() > 0.1
        if not self.gateway:
            Gateway.objects.filter(shop=self.shop).delete()
        self.templates = self.make_templates()
        self.coupons = [self.make_coupon(n) for n in range(rng.randrange(1, 8))]
        self.issued = []
        self.phones = {}
        for n in range(rng.randrange(1, 5)):
            self.make_customer(f"m{n}")

    def turn_on(self, kind):
        choices = [None, START - DAY, START, START + DAY + 3 * MINUTE, START + 6 * HOUR]
        since = self.rng.choice([*choices[1:], *choices])
        if since:
            turn(self.shop, kind, on=True, since=since)
        return since

    def make_templates(self):
        """Name → template; "" stands for the shop's own."""
        bare = make.MessageTemplateFactory(shop=self.shop, name="bare")
        change(bare, current=None)
        return {
            "": None,
            "other": make.MessageTemplateFactory(shop=self.shop, name="other"),
            "bare": bare,
        }

    def make_coupon(self, n):
        names = [self.rng.choice(["", "", "other", "bare"]) for _ in Kind]
        basis = self.rng.choice([BASIS, BASIS, BASIS, "다른 근거", ""])
        coupon = add_coupon(self.shop, f"쿠폰 {n}", basis=basis)
        if any(names) or self.rng.random() < 0.2:
            issue, expiry = (self.templates[name] for name in names)
            CouponOverride.objects.create(
                coupon=coupon, issue_template=issue, expiry_template=expiry
            )
        plain = PlainCoupon(coupon.code, basis, *((name, name != "bare") for name in names))
        return coupon, plain

    def make_customer(self, name):
        self.phones[name] = self.rng.random() > 0.2
        phone = {} if self.phones[name] else {"phone": ""}
        customer = add_customer(self.shop, mall_id=name, **phone)
        for _ in range(self.rng.randrange(9)):
            self.make_issued(customer)

    def make_issued(self, customer):
        coupon, plain = self.rng.choice(self.coupons)
        life = {"issued_at": self.moment(), "valid_from": START - 400 * DAY}
        for name, share in (("expires_at", 0.8), ("used_at", 0.25), ("withdrawn_at", 0.15)):
            life[name] = self.moment() if self.rng.random() < share else None
        if self.rng.random() < 0.3:  # soon enough to be lost while its message waits
            life["used_at"] = life["issued_at"] + self.rng.choice([TICK, 3 * HOUR, 9 * HOUR])
        if self.rng.random() < 0.2:  # and after its reminder was planned, too
            day = NOW.replace(hour=0) + self.rng.randrange(-1, 2) * DAY - 9 * HOUR
            at = day + timedelta(hours=self.expiry_time.hour, minutes=self.expiry_time.minute)
            life |= {"issued_at": at - DAY, "expires_at": at + self.rng.choice([2, 25]) * HOUR}
            life |= {"used_at": at + self.rng.choice([TICK, 9 * HOUR]), "withdrawn_at": None}
        issued = give(customer, coupon, **life)
        del life["valid_from"]
        self.issued.append(PlainIssued(issued.code, plain, customer.mall_id, **life))

    def moment(self):
        """Often exactly where something begins or ends, or a moment beside it."""
        rng = self.rng
        day = NOW.replace(hour=0) + rng.randrange(-3, 5) * DAY - 9 * HOUR  # midnight in Seoul
        hours = timedelta(hours=self.expiry_time.hour, minutes=self.expiry_time.minute)
        base = rng.choice(
            [
                day + rng.randrange(24 * 60) * MINUTE,
                day + rng.randrange(24 * 6) * TICK,
                day + hours,
                day + hours + HOUR,
                day + hours + 2 * HOUR,
                day + hours + 2 * HOUR,
                day + 8 * HOUR,
                START,
                START - 100 * DAY,
            ]
        )
        return base + rng.choice([0, 0, -1, 1]) * rng.choice([MOMENT, MINUTE])

    def plain(self, issue_since, expiry_since):
        quiet = None
        if self.quiet:
            closes, opens = map(time.fromisoformat, self.quiet)
            quiet = closes, opens
        return PlainShop(
            zone=self.shop.timezone,
            expiry_time=self.expiry_time,
            issue_since=issue_since,
            expiry_since=expiry_since,
            quiet=quiet,
            gateway=self.gateway,
            phones=self.phones,
            issued=self.issued,
        )

    def run(self, path, *options):
        period = ["--from", START.isoformat(), "--to", END.isoformat(), "--out", str(path)]
        silent = {"stdout": io.StringIO(), "stderr": io.StringIO()}
        call_command("replay", "--shop", self.shop.slug, *period, *options, **silent)
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))[1:]
        return sorted(map(tuple, rows))


def test_a_replay_and_a_rehearsal_are_what_the_plain_count_says(tmp_path):
    seen = set()
    for seed in range(SHOPS):
        random_shop = RandomShop(seed)
        issue, expiry = (random_shop.since[kind] for kind in Kind)
        whole = random_shop.plain(issue and START, expiry and START)
        rehearsed = random_shop.run(tmp_path / "rehearsed.csv", "--rehearse")
        assert rehearsed == decisions(whole, START, END), f"rehearsal of shop {seed}"
        replayed = random_shop.run(tmp_path / "replayed.csv")
        expected = decisions(random_shop.plain(issue, expiry), START, END)
        assert replayed == expected, f"replay of shop {seed}"
        seen |= {word for row in (*rehearsed, *replayed) for word in (row[1], row[5])}
    # what was never tried proves nothing
    reasons = {"", "no_address", "no_grant_basis", "no_gateway", "no_template", "coupon_gone"}
    assert seen == {*(kind.value for kind in Kind), *reasons}
