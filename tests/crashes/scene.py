"""A small shop in which everything happens that planning and sending can do, and its accounts."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from coupons.models import IssuedCoupon
from crm.models import CouponNotice, Due, Kind
from crm.schedules import run_due
from messaging.dispatch import dispatch
from messaging.gateways import PROVIDERS
from messaging.integrity import find_broken
from messaging.models import OPEN_STATES, Batch, Gateway, Message, PastReason, Reason, State
from messaging.reports import take_in
from orders.models import Shop
from tests.crm.street import (
    HOUR,
    MINUTE,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    open_shop,
    tick,
    told_by,
)
from tests.standin.process import StandIn
from tests.standin.provider import StandInProvider

NAME = "standin"
# Longer than a planner's or a dispatcher's lease.
LATER = timedelta(minutes=4)
MENDED, BUNDLED, REFUSED, WITHDRAWN = (f"+82101000{n}" for n in ("0001", "0002", "0000", "0003"))
UNDELIVERABLE = "+821010009999"
PLAIN = ["+821010001001", "+821010001002", "+821010001003", UNDELIVERABLE]

# By address: state, reason, coupons.
End = tuple[str, State, str, int]
ENDS: list[End] = sorted(
    [
        ("", State.LEFT_OUT, Reason.NO_ADDRESS.value, 1),
        (MENDED, State.SENT, "", 1),
        (BUNDLED, State.SENT, "", 2),
        (REFUSED, State.FAILED, "3008", 1),
        (WITHDRAWN, State.LEFT_OUT, Reason.COUPON_GONE.value, 1),
        *((phone, State.SENT, "", 1) for phone in PLAIN),
    ]
)
REPORTED = sorted(
    (address, State.DELIVERED if state == State.SENT else state, reason, coupons)
    if address != UNDELIVERABLE
    else (address, State.FAILED, "3018", coupons)
    for address, state, reason, coupons in ENDS
)


@dataclass
class Scene:
    """The shop, what is planned and sent in it at NOW, and the provider that it goes to."""

    shop: Shop
    withdrawn: IssuedCoupon
    standin: StandIn
    # How long the gateway counts on the provider to know a repeated key.
    remembers: timedelta = timedelta(days=1)

    @classmethod
    def set(cls, standin: StandIn) -> "Scene":
        """Two coupons are left out already, one of them mended since; the others are new."""
        shop = open_shop(Kind.ISSUED, since=NOW - TICK)
        Gateway.objects.filter(shop=shop).update(provider=NAME)
        coupon = add_coupon(shop)
        mended, never = add_customer(shop, phone=""), add_customer(shop, phone="")
        for customer in (mended, never):
            give(customer, coupon)
        tick(shop, NOW - TICK)
        change(mended, phone=MENDED)
        bundled = add_customer(shop, phone=BUNDLED)
        give(bundled, add_coupon(shop, "여름맞이 쿠폰"), issued_at=NOW - MINUTE)
        withdrawn = give(add_customer(shop, phone=WITHDRAWN), coupon, issued_at=NOW - MINUTE)
        give(bundled, coupon, issued_at=NOW - MINUTE)
        for phone in (REFUSED, *PLAIN):
            give(add_customer(shop, phone=phone), coupon, issued_at=NOW - MINUTE)
        return cls(shop, withdrawn, standin)

    def plan(self, at: timedelta = timedelta(0)) -> None:
        """What the planner does; then a coupon is withdrawn that has its message planned."""
        run_due(now=NOW + at, shop=self.shop)
        change(self.withdrawn, withdrawn_at=NOW + at)

    def send(self, at: timedelta = timedelta(0)) -> None:
        """What a dispatcher does, in whatever process it is."""
        self.connect()
        dispatch(now=NOW + at, shop=self.shop)

    def connect(self) -> None:
        """Begin with fresh connections to the provider."""
        PROVIDERS[NAME] = StandInProvider(self.standin.url, batch_size=3, remembers=self.remembers)

    def work(self) -> None:
        """All of it."""
        self.plan()
        self.send()

    def report(self, at: timedelta = timedelta(0)) -> None:
        """What a poller does, from the first report on; those of other scenes are not its own."""
        provider = StandInProvider(self.standin.url)
        own = set(Message.objects.filter(shop=self.shop).values_list("pk", flat=True))
        gateway = Gateway.objects.get(shop=self.shop, channel="alimtalk")
        begin, end = -1, 0
        while begin != end:
            begin = end
            page, end = provider.reports(begin, NOW + at)
            ours = [report for report in page if report.message in own]
            assert take_in(ours, gateway=gateway, now=NOW + at) == 0

    def go_on(self) -> None:
        """What other processes do once the leases of the one that died have run out."""
        at = LATER
        self.plan(at)
        while self._batches().filter(state__in=OPEN_STATES).exists():
            self.send(at)
            at += LATER
            assert at < HOUR, "something stays stuck"

    def _batches(self) -> QuerySet[Batch]:
        return Batch.objects.filter(shop=self.shop)

    def ends(self) -> list[End]:
        """What became of every message."""
        return sorted(
            (m.address, State(m.state), m.reason, len(told_by(m))) for m in messages(self.shop)
        )

    def assert_whole(self) -> None:
        """Everything has ended as if nothing had happened, and nothing has happened twice."""
        assert self.ends() == ENDS
        self.assert_sound()
        sent = [m.pk for m in messages(self.shop) if m.state in (State.SENT, State.FAILED)]
        assert self.taken() == dict.fromkeys(sent, 1)

    def assert_sound(self) -> None:
        """One notice a coupon, all counters right, nobody holds anything any more."""
        assert find_broken(self.shop) == []
        coupons = IssuedCoupon.objects.filter(shop=self.shop)
        assert CouponNotice.objects.filter(shop=self.shop).count() == coupons.count()
        assert PastReason.objects.filter(message__shop=self.shop).count() == 1
        assert not Due.objects.filter(shop=self.shop).exclude(leased_until=None).exists()
        assert not self._batches().exclude(payload=None).exists()
        assert self.standin.wrong() == []

    def assert_reported(self) -> None:
        """As `assert_whole`, and of what was sent is known that it arrived, or did not."""
        assert self.ends() == REPORTED
        self.assert_sound()
        assert set(self.taken().values()) == {1}

    def taken(self) -> dict[int, int]:
        """How often the provider took each of the shop's messages."""
        own = set(Message.objects.filter(shop=self.shop).values_list("pk", flat=True))
        return {pk: times for pk, times in self.standin.messages().items() if pk in own}
