"""A shop in which every list has rows and every state is there, for walks over all pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from coupons.models import Coupon
from crm.campaigns.coupon_messages.settings import set_wording, settings_of, switch
from crm.campaigns.coupon_messages.trials import send_test
from crm.models import CouponOverride, Kind, Rehearsal, RehearsalState
from crm.schedules import run_due
from crm.shops import create_shop
from messaging.dispatch import dispatch
from messaging.models import (
    Message,
    MessageTemplate,
    OptOut,
    OptOutSource,
    Reason,
    Recharge,
    SenderNumber,
    State,
)
from messaging.opt_outs import CHANNELS, opt_out
from messaging.payments import confirm, request_recharge
from messaging.points import adjust, reserve
from messaging.verdicts import CUSTOMER_FIELD
from messaging.wallets import correct, set_low_at
from orders.api_keys import keys_in_use, make_key
from orders.models import ApiKey, ConsentKind, Country, Customer, Role, Shop, User
from tests import factories as make
from tests.factories import OrderFactory

# Nobody of these names is among the samples, so a name that shows up is a customer's.
NAMES = ("남궁별솔", "독고해늘", "이솔", "황보가온누리", "Rosalind Quimby", "선우빛나래")
TESTERS_PHONE = "010-0000-7777"
TICK = timedelta(minutes=10)


@dataclass(frozen=True)
class FullShop:
    """The shop, and one object of each kind."""

    shop: Shop
    owner: User
    manager: User
    viewer: User
    coupon: Coupon
    customer: Customer
    message: Message
    rehearsal: Rehearsal
    template: MessageTemplate
    test_message: Message
    sender_number: SenderNumber
    recharge: Recharge

    @property
    def opt_out(self) -> OptOut:
        """Somebody who refuses advertising."""
        found: OptOut = OptOut.objects.for_shop(self.shop).order_by("pk")[0]
        return found

    @property
    def api_key(self) -> ApiKey:
        """A key of the shop's own site."""
        return keys_in_use(self.shop)[0]

    @property
    def unknown_message(self) -> Message:
        """One of which nobody knows what became."""
        unknown = Message.objects.for_shop(self.shop).filter(batch__state=State.UNKNOWN)
        found: Message = unknown.get()
        return found


def fill(slug: str, now: datetime) -> FullShop:
    """Fill a new shop; what the jobs decide and send is as of `now`'s last full ten minutes."""
    shop = create_shop(slug=slug, name="별솔문구", country=Country.KOREA, now=now)
    people = {role: make.MembershipFactory(shop=shop, role=role).user for role in Role}
    customers = _customers(shop, now)
    coupon = _coupons(shop, customers, now)
    test_message = _run_the_jobs(shop, now)
    _every_state(shop, customers, now)
    _refusals(shop, customers, now)
    make_key(shop=shop, user=people[Role.OWNER], now=now)
    return FullShop(
        shop=shop,
        owner=people[Role.OWNER],
        manager=people[Role.MANAGER],
        viewer=people[Role.VIEWER],
        coupon=coupon,
        customer=customers[0],
        message=Message.objects.filter(customer=customers[0]).order_by("pk")[0],
        rehearsal=_rehearsals(shop, people[Role.OWNER], now),
        template=_second_wording(shop),
        test_message=test_message,
        sender_number=_sender_numbers(shop, now),
        recharge=_points(shop, people[Role.OWNER], now),
    )


def _customers(shop: Shop, now: datetime) -> list[Customer]:
    customers: list[Customer] = [
        make.CustomerFactory(
            shop=shop,
            name=name,
            phone=f"+82100000310{n}",
            joined_at=now - timedelta(days=100),
            email_verified_at=now - timedelta(days=100),
        )
        for n, name in enumerate(NAMES)
    ]
    make.CustomerFactory(shop=shop, name="", phone="", email="")
    for kind in ConsentKind:
        make.ConsentFactory(customer=customers[0], kind=kind, given=kind != ConsentKind.TEXT)
    order = OrderFactory(customer=customers[0], ordered_at=now - timedelta(days=1))
    make.OrderItemFactory(order=order)
    return customers


def _coupons(shop: Shop, customers: list[Customer], now: datetime) -> Coupon:
    coupon: Coupon = make.CouponFactory(shop=shop)
    other = make.CouponFactory(
        shop=shop, name="단골만을 위한 아주 긴 이름의 여름맞이 문구 기획전 15% 쿠폰"
    )
    without = make.CouponFactory(shop=shop, name="지급 근거가 아직 없는 쿠폰", grant_basis="")
    CouponOverride.objects.create(coupon=other, url="https://shop.example/summer/" + "x" * 60)
    nobody = Customer.objects.get(shop=shop, phone="")
    since = now - timedelta(hours=2)
    for customer in (*customers, nobody):
        make.IssuedCouponFactory(customer=customer, coupon=coupon, issued_at=since)
    for customer in customers[:3]:
        make.IssuedCouponFactory(customer=customer, coupon=other, issued_at=since)
    make.IssuedCouponFactory(customer=customers[1], coupon=without, issued_at=since)
    make.IssuedCouponFactory(
        customer=customers[0], coupon=without, issued_at=since, used_at=now - TICK
    )
    return coupon


def _run_the_jobs(shop: Shop, now: datetime) -> Message:
    """The issue message, planned and sent; and a test send."""
    settings = settings_of(shop)
    set_wording(
        settings=settings,
        issue_template=settings.issue_template,
        expiry_template=settings.expiry_template,
        advertising_template=None,
        url="https://shop.example/coupons",
        now=now,
    )
    for kind in Kind:
        switch(settings=settings, kind=kind, on=True, since=now - TICK)
    test = send_test(settings=settings, kind=Kind.ISSUED, phone=TESTERS_PHONE, now=now - TICK)
    run_due(now=now, shop=shop)
    dispatch(now=now, shop=shop)
    return test


def _every_state(shop: Shop, customers: list[Customer], now: datetime) -> None:
    """A message in each state and left out for each reason, for customers in turn."""
    states = [(state, "") for state in State] + [(State.LEFT_OUT, reason) for reason in Reason]
    for n, (state, reason) in enumerate(states):
        batch = make.BatchFactory(
            shop=shop,
            state=state,
            run__as_of=now - timedelta(hours=1, minutes=n),
            **({"reason": reason} if reason else {}),
            **({"not_before": now + timedelta(hours=8)} if state == State.WAITING else {}),
        )
        make.MessageFactory(batch=batch, customer=customers[n % len(customers)])
    message = make.MessageFactory(batch=batch, customer=customers[0])
    make.PastReasonFactory(message=message, until=now - timedelta(hours=2))


def _refusals(shop: Shop, customers: list[Customer], now: datetime) -> None:
    """An opt-out on each channel that has any."""
    for channel in CHANNELS:
        address = getattr(customers[1], CUSTOMER_FIELD[channel]) or f"token-of-{shop.slug}"
        opt_out(
            shop=shop, channel=channel, address=address, source=OptOutSource.LINK, now=now - TICK
        )


def _rehearsals(shop: Shop, asker: User, now: datetime) -> Rehearsal:
    """One in each state but queued; the one that is done is given back."""
    made = {
        state: Rehearsal.objects.create(
            shop=shop,
            asked_by=asker,
            asked_at=now,
            start=now - timedelta(days=30),
            end=now - timedelta(days=2),
            kinds=[kind.value for kind in Kind],
            state=state,
        )
        for state in RehearsalState
        if state != RehearsalState.QUEUED  # a shop has one that is not over
    }
    done = made[RehearsalState.DONE]
    kinds = {kind.value: {"planned": 1200, "left_out": {"no_address": 3}} for kind in Kind}
    days = {str((now - timedelta(days=n)).date()): 40 * n for n in range(2, 30)}
    done.result, done.percent = {"kinds": kinds, "days": days}, 100
    done.save()
    return done


def _sender_numbers(shop: Shop, now: datetime) -> SenderNumber:
    """One in use, one registered, and one that waits to be confirmed, which is given back."""
    for n, used in enumerate((True, False)):
        SenderNumber.objects.create(
            shop=shop, number=f"+82255512{n:02d}", registered_at=now, checked_at=now, in_use=used
        )
    waits: SenderNumber = SenderNumber.objects.create(shop=shop, number="+8215881234")
    return waits


def _second_wording(shop: Shop) -> MessageTemplate:
    """A template with an older wording, and one that nobody has approved yet."""
    template: MessageTemplate = MessageTemplate.objects.filter(shop=shop).order_by("pk")[0]
    make.TemplateRevisionFactory(template=template, number=2)
    make.TemplateRevisionFactory(template=template, number=3, approved_at=None)
    return template


def _points(shop: Shop, owner: User, now: datetime) -> Recharge:
    """A ledger with an entry of each kind; the request that nobody has paid is given back."""
    paid = request_recharge(shop=shop, points=2_000_000, user=owner, now=now)
    confirm(recharge_id=paid.pk, user=None, now=now)
    correct(shop=shop, delta=-500, note="두 번 입금된 금액", by=owner, key=uuid4(), now=now)
    batch = make.BatchFactory(shop=shop, price=1008, fallback_price=1012, settled_at=None)
    make.MessageFactory(batch=batch, customer=Customer.objects.filter(shop=shop).order_by("pk")[0])
    reserve(batch, now)
    batch.settled_at = now
    adjust(batch, now, "settle")
    batch.save()
    set_low_at(shop=shop, user=owner, low_at=5_000_000, now=now)
    return request_recharge(shop=shop, points=50_000, user=owner, now=now)
