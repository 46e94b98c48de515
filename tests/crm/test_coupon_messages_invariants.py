"""What holds after any sequence of events (A3, A5, F1, F2)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest import mark

from coupons.models import IssuedCoupon
from coupons.models.issued import usable_later
from crm.models import CouponNotice, CouponOverride, Kind
from messaging.dispatch import dispatch
from messaging.integrity import find_broken
from messaging.models import Message, State
from tests import factories as make
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
    tick,
)

pytestmark = mark.django_db

EVENTS = st.sampled_from(
    ["issue"] * 4 + ["basis", "phone", "template", "use", "withdraw"] * 2 + ["tick"] * 3
)
# an event, and which coupon and customer it is about
STORY = st.lists(st.tuples(EVENTS, st.integers(0, 3), st.integers(0, 1)), min_size=4, max_size=22)


class Town:
    """A shop of four coupons and two customers, and the clock."""

    def __init__(self, quiet):
        self.now = NOW
        self.shop = open_shop(Kind.ISSUED, Kind.EXPIRING)
        if quiet:
            set_quiet(self.shop, "10:20", "11:00")
        other = make.MessageTemplateFactory(shop=self.shop)
        bare = make.MessageTemplateFactory(shop=self.shop)
        change(bare, current=None)
        self.templates = [other, None, bare, None]
        self.coupons = [
            add_coupon(self.shop, f"쿠폰 {n}", basis=BASIS if n % 2 else "") for n in range(4)
        ]
        for coupon in self.coupons:
            CouponOverride.objects.create(coupon=coupon)
        self.customers = [add_customer(self.shop, phone=phone) for phone in ("", "+821000000001")]

    def happen(self, event, coupon, customer):
        getattr(self, event)(self.coupons[coupon], self.customers[customer], coupon)
        self.now += MINUTE

    def issue(self, coupon, customer, n):
        life = [None, self.now + HOUR, self.now + DAY, self.now + 9 * DAY][n]
        give(customer, coupon, issued_at=self.now, expires_at=life)

    def basis(self, coupon, _customer, _n):
        coupon.grant_basis = "" if coupon.grant_basis else BASIS
        coupon.save()

    def phone(self, _coupon, customer, n):
        customer.phone = "" if customer.phone else f"+82100000001{n}"
        customer.save()

    def template(self, coupon, _customer, _n):
        self.templates.append(self.templates.pop(0))
        CouponOverride.objects.filter(coupon=coupon).update(issue_template=self.templates[0])

    def use(self, coupon, customer, _n):
        IssuedCoupon.objects.filter(coupon=coupon, customer=customer, used_at=None).update(
            used_at=self.now
        )

    def withdraw(self, coupon, customer, _n):
        IssuedCoupon.objects.filter(coupon=coupon, customer=customer, nth=1).update(
            withdrawn_at=self.now
        )

    def tick(self, _coupon, _customer, n):
        self.now += TICK if n else 6 * HOUR
        tick(self.shop, self.now)
        self.check()
        dispatch(now=self.now, shop=self.shop)
        self.check()

    def check(self):
        """The promises."""
        assert find_broken(self.shop) == []
        found = Message.objects.for_shop(self.shop).with_state().in_bulk()
        at = self.now.replace(minute=self.now.minute // 10 * 10)
        left = IssuedCoupon.objects.filter(usable_later(at), shop=self.shop)
        usable = set(left.values_list("pk", flat=True))
        told = CouponNotice.objects.filter(shop=self.shop).select_related("issued")
        notices = [(notice, found[notice.message_id]) for notice in told]
        for notice, message in notices:
            assert message.customer_id == notice.issued.customer_id
            assert not notice.waiting or message.state == State.LEFT_OUT
            assert notice.waiting is False or notice.kind == Kind.ISSUED
            # one that was lost before its row was joined stays behind with it
            assert message.joined_id is None or notice.issued_id not in usable
        # each message is about a coupon, but those that were joined with another
        about = {notice.message_id for notice in told}
        assert {pk for pk, message in found.items() if message.joined_id is None} <= about
        # a coupon that could be announced by now has its decision
        assert usable <= {notice.issued_id for notice, _ in notices if notice.kind == Kind.ISSUED}


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(story=STORY, quiet=st.booleans())
def test_a3_a5_each_coupon_has_exactly_one_notice_and_counters_agree(story, quiet):
    town = Town(quiet)
    for event, coupon, customer in story:
        town.happen(event, coupon, customer)
    town.happen("tick", 1, 0)
    town.happen("tick", 0, 0)
