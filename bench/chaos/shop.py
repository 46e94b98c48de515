"""The shops, and what happens in them meanwhile; facts come through the ingest, as everywhere."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from bench.chaos.apps import ASKED, MUTE
from coupons.models import IssuedCoupon
from coupons.records import CouponRecord, IssuedCouponRecord
from crm.campaigns.coupon_messages.settings import settings_of, switch
from crm.models import Kind
from crm.shops import create_shop
from messaging import runs
from messaging.models import Gateway, Run, RunState
from orders.ingest import ingest
from orders.models import Country, Customer, Shop
from orders.records import CustomerRecord

# The shops by slug, each with its provider.
SHOPS = {"asked": ASKED, "mute": MUTE, "asked-too": ASKED}
CUSTOMERS, COUPONS = 1500, 4
# Every so-manieth customer has no phone yet; one whose number ends so is refused by the stand-in,
# or found dead later (`tests.standin.ledger`).
WITHOUT_PHONE, REFUSED, DEAD = 9, 41, 43
BASIS = "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다."
# A tick knows what was issued by its full ten minutes: these are news, but no longer that new.
AGE, LIFE = timedelta(hours=1), timedelta(days=30)

Dice = random.Random


def open_shops(now: datetime) -> list[Shop]:
    """The shops with their customers and coupons, the issue message on."""
    return [_open(slug, provider, now) for slug, provider in SHOPS.items()]


def _open(slug: str, provider: str, now: datetime) -> Shop:
    shop = create_shop(slug=slug, name="봄날문구", country=Country.KOREA, now=now)
    Gateway.objects.filter(shop=shop).update(provider=provider)
    ingest(shop=shop, records=(_customer(n) for n in range(CUSTOMERS)), now=now)
    coupons = (
        CouponRecord(f"c{n}", f"쿠폰 {n}", "percent", 10, grant_basis=BASIS) for n in range(COUPONS)
    )
    ingest(shop=shop, records=coupons, now=now)
    # As of a little earlier, so that a tick is due at once.
    switch(settings=settings_of(shop), kind=Kind.ISSUED, on=True, since=now - AGE)
    return shop


def _customer(n: int) -> CustomerRecord:
    return CustomerRecord(
        f"m{n}", name=f"김단골{n}", phone="" if n % WITHOUT_PHONE == 0 else phone(n)
    )


def phone(n: int) -> str:
    """The number of the n-th customer."""
    end = {0: "0000"}.get(n % REFUSED) or {0: "9999"}.get(n % DEAD) or "1234"
    return f"+8210{n % 10_000:04}{end}"


def issue(shop: Shop, dice: Dice, now: datetime, count: int) -> None:
    """So many coupons come into boxes; some customers get more than one, and so a bundle."""
    at = now - AGE
    ingest(
        shop=shop,
        records=[
            IssuedCouponRecord(
                code=str(UUID(int=dice.getrandbits(128))),
                coupon=f"c{dice.randrange(COUPONS)}",
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
    _pause,
    _resume,
    _resume,
)
