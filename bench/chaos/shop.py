"""The shops, and what happens in them meanwhile; facts come through the ingest, as everywhere."""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from bench.chaos.desks import NO_APP
from bench.chaos.office import FULL, GONE
from bench.chaos.town import Town
from bench.chaos.ways import SHOPS, connect
from coupons.models import IssuedCoupon
from coupons.records import CouponRecord, IssuedCouponRecord
from crm.campaigns.coupon_messages.settings import settings_of, switch
from crm.models import Kind
from crm.shops import create_shop
from messaging import runs
from messaging.models import OptOutSource, Run, RunState
from messaging.opt_outs import opt_out
from messaging.verdicts import CONSENT, CUSTOMER_FIELD
from messaging.wallets import recharge
from orders.ingest import ingest
from orders.models import ConsentKind, Country, Customer, Shop
from orders.records import ConsentRecord, CustomerRecord

CUSTOMERS = 1000
# Every so-manieth customer has no phone yet.
WITHOUT_PHONE = 9
# How the numbers of every so-manieth end: what becomes of these the providers decide, each in its
# own way (refused at once, no KakaoTalk, no phone, nobody knows).
ENDINGS = {41: "0000", 43: "9999", 47: "9998", 53: "3005"}
# Every so-manieth has an address that is gone or a box that is full, or an app no more; has refused
# advertising, or has agreed to it at night too.
NOBODY, NO_ROOM, REFUSED, NIGHT = 37, 31, 7, 3
BASIS = "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."
# By name, with the grant basis. Without one they go by the shop's advertising (A9).
COUPONS = {
    "출석 쿠폰": BASIS,
    "장바구니 쿠폰": BASIS,
    "깜짝 쿠폰": "",
    "온 가족이 함께 쓰는 봄맞이 특별 할인 쿠폰": "",
}
# A tick knows what was issued by its full ten minutes: these are news, but no longer that new.
AGE, LIFE = timedelta(hours=1), timedelta(days=30)

Dice = random.Random


def open_shops(town: Town, now: datetime) -> list[Shop]:
    """The shops with their customers and coupons, the issue message on."""
    return [_open(slug, town, now) for slug in SHOPS]


def _open(slug: str, town: Town, now: datetime) -> Shop:
    shop = create_shop(slug=slug, name="봄날문구", country=Country.KOREA, now=now)
    connect(shop, town, now)
    ingest(shop=shop, records=(_customer(n, now) for n in range(CUSTOMERS)), now=now)
    ingest(shop=shop, records=_consents(now - LIFE), now=now)
    coupons = (
        CouponRecord(f"c{n}", name, "percent", 10, grant_basis=basis)
        for n, (name, basis) in enumerate(COUPONS.items())
    )
    ingest(shop=shop, records=coupons, now=now)
    # As of a little earlier, so that a tick is due at once.
    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=now - AGE)
    return shop


def _customer(n: int, now: datetime) -> CustomerRecord:
    return CustomerRecord(
        f"m{n}",
        name=f"김단골{n}",
        phone="" if n % WITHOUT_PHONE == 0 else phone(n),
        email=f"{_begin({NOBODY: GONE, NO_ROOM: FULL}, n)}{n}@example.com",
        email_verified_at=now - LIFE,
        app_token=f"{_begin({NOBODY: NO_APP}, n)}{n}",
    )


def _begin(special: Mapping[int, str], n: int) -> str:
    return next((word for each, word in special.items() if n % each == 0), "m")


def _consents(since: datetime) -> Iterable[ConsentRecord]:
    for n in range(CUSTOMERS):
        for kind in (ConsentKind.TEXT, ConsentKind.EMAIL, ConsentKind.PUSH):
            yield ConsentRecord(f"m{n}", kind, n % REFUSED != 0, since, "chaos")
        yield ConsentRecord(f"m{n}", ConsentKind.NIGHT, n % NIGHT == 0, since, "chaos")


def phone(n: int) -> str:
    """The number of the n-th customer."""
    end = next((end for each, end in ENDINGS.items() if n % each == 0), "1234")
    return f"+8210{n % 10_000:04}{end}"


def issue(shop: Shop, dice: Dice, now: datetime, count: int) -> None:
    """So many coupons come into boxes; some customers get more than one, and so a bundle."""
    at = now - AGE
    ingest(
        shop=shop,
        records=[
            IssuedCouponRecord(
                code=str(UUID(int=dice.getrandbits(128))),
                coupon=f"c{dice.randrange(len(COUPONS))}",
                customer=f"m{dice.randrange(CUSTOMERS)}",
                issued_at=at,
                valid_from=at,
                expires_at=at + LIFE,
            )
            for _ in range(count)
        ],
        now=now,
    )


def _issue_some(shop: Shop, dice: Dice, now: datetime) -> None:
    issue(shop, dice, now, dice.randint(20, 250))


def _add_phones(shop: Shop, dice: Dice, now: datetime) -> None:
    """Some who could not be reached before now can."""
    unreached = Customer.objects.for_shop(shop).filter(phone="").values_list("mall_id", flat=True)
    some = dice.sample(sorted(unreached), min(5, len(unreached)))
    records = [CustomerRecord(mall_id, phone=phone(int(mall_id[1:]))) for mall_id in some]
    ingest(shop=shop, records=records, now=now)


def _use(shop: Shop, dice: Dice, now: datetime) -> None:
    ingest(shop=shop, records=_some_issued(shop, dice, used_at=now), now=now)


def _withdraw(shop: Shop, dice: Dice, now: datetime) -> None:
    ingest(shop=shop, records=_some_issued(shop, dice, withdrawn_at=now), now=now)


def _some_issued(shop: Shop, dice: Dice, **end: datetime) -> Iterable[IssuedCouponRecord]:
    """Some of the newest issued coupons, with their end."""
    newest = IssuedCoupon.objects.for_shop(shop).filter(used_at=None, withdrawn_at=None)
    rows = newest.select_related("coupon", "customer").order_by("-pk")[: dice.randint(1, 200)]
    return [
        IssuedCouponRecord(
            code=row.code,
            coupon=row.coupon.code,
            customer=row.customer.mall_id,
            issued_at=row.issued_at,
            valid_from=row.valid_from,
            expires_at=row.expires_at,
            **end,
        )
        for row in dice.sample(list(rows), min(15, len(rows)))
    ]


def _refuse(shop: Shop, dice: Dice, now: datetime) -> None:
    """Somebody refuses further advertising, by the link or in the shop's own settings."""
    channel = SHOPS[shop.slug].channel
    some = dice.sample(range(1, CUSTOMERS), 3)
    members = [f"m{n}" for n in some]
    for customer in Customer.objects.for_shop(shop).filter(mall_id__in=members):
        if address := getattr(customer, CUSTOMER_FIELD[channel]):
            opt_out(
                shop=shop,
                channel=channel,
                address=address,
                source=OptOutSource.LINK,
                now=now,
                customer=customer,
            )
    if kind := CONSENT.get(channel):
        n = dice.randrange(CUSTOMERS)
        ingest(shop=shop, records=[ConsentRecord(f"m{n}", kind, False, now, "chaos")], now=now)


def _pay(shop: Shop, dice: Dice, now: datetime) -> None:
    """A few points more, so that some of those who waited for them go."""
    if SHOPS[shop.slug].points:
        points = dice.randint(1, 1500)
        recharge(shop=shop, points=points, step=f"recharge:{now.isoformat()}", now=now)


def _change_basis(shop: Shop, dice: Dice, now: datetime) -> None:
    """A coupon gets a grant basis, or loses it: its message goes the other way (A9)."""
    n = dice.choice((1, 2))
    name = list(COUPONS)[n]
    basis = dice.choice(("", BASIS))
    record = CouponRecord(f"c{n}", name, "percent", 10, grant_basis=basis)
    ingest(shop=shop, records=[record], now=now)


def _pause(shop: Shop, dice: Dice, now: datetime) -> None:
    """Somebody lets a run wait."""
    going = list(Run.objects.for_shop(shop).filter(state=RunState.OPEN).order_by("pk"))
    if going:
        runs.pause(dice.choice(going))


def _resume(shop: Shop, dice: Dice, now: datetime) -> None:
    resume_all(Run.objects.for_shop(shop))


def resume_all(paused: QuerySet[Run]) -> None:
    """Let those of the runs go on that wait."""
    for run in paused.filter(state=RunState.PAUSED):
        runs.resume(run)


# What may happen, as often as it stands here.
EVENTS: tuple[Callable[[Shop, Dice, datetime], None], ...] = (
    _issue_some,
    _issue_some,
    _issue_some,
    _add_phones,
    _use,
    _withdraw,
    _refuse,
    _pay,
    _change_basis,
    _pause,
    _resume,
    _resume,
)
