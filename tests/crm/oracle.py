"""A plain count of what a replay decides, written from the rules alone (A3–A9, F4).

It takes plain values and loops over ticks and coupons; it knows no table, no query, and nothing
of how the house does it. Slow and simple is what it is for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TEN_MINUTES = timedelta(minutes=10)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlainCoupon:
    """A coupon: its basis, and for each kind the template's name and whether it has wording."""

    code: str
    basis: str
    issue_template: tuple[str, bool]
    expiry_template: tuple[str, bool]


@dataclass(frozen=True)
class PlainIssued:
    """An issued coupon's life."""

    code: str
    coupon: PlainCoupon
    customer: str
    issued_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    withdrawn_at: datetime | None

    def known(self, at: datetime) -> bool:
        """Whether a tick at that time knows of it."""
        return self.issued_at <= at

    def taken(self, at: datetime) -> bool:
        """Used or withdrawn by then."""
        return any(end is not None and end <= at for end in (self.used_at, self.withdrawn_at))

    def expired(self, at: datetime) -> bool:
        """No longer in its time."""
        return self.expires_at is not None and self.expires_at <= at

    def usable(self, at: datetime) -> bool:
        """Neither used, withdrawn nor expired; perhaps not valid yet."""
        return not self.taken(at) and not self.expired(at)

    def place(self) -> tuple[bool, float, datetime, str]:
        """A5: first expires first (never: last), then issued first, then by issue code."""
        ends = self.expires_at.timestamp() if self.expires_at else 0.0
        return self.expires_at is None, ends, self.issued_at, self.code


@dataclass(frozen=True)
class PlainShop:
    """Everything that a replay may know. `phones` says who has one; the switches' `since`."""

    zone: str
    expiry_time: time
    issue_since: datetime | None
    expiry_since: datetime | None
    quiet: tuple[time, time] | None
    gateway: bool
    phones: dict[str, bool]
    issued: list[PlainIssued]


Row = tuple[str, ...]


@dataclass
class Waiting:
    """A planned message that waits for its time."""

    not_before: datetime
    kind: str
    customer: str
    coupons: list[PlainIssued]


@dataclass
class Replay:
    """The state that ticks leave behind for the next ones."""

    shop: PlainShop
    rows: list[Row] = field(default_factory=list)
    had: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    # The left-out rows that are decided again, by customer and what falls together.
    open_rows: dict[tuple[str, ...], list[PlainIssued]] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)


def decisions(shop: PlainShop, start: datetime, end: datetime) -> list[Row]:
    """The rows of `replay --out` for a shop to which nothing has been sent yet."""
    this = Replay(shop)
    every = set(_issue_ticks(shop, start, end))
    expiry = dict(_expiry_ticks(shop, start, end))
    opening = {_opening(shop, at) for at in (*every, *expiry)}
    for at in sorted({*every, *expiry, *(at for at in opening if at < end)}):
        if at in every:
            _issue_tick(this, at)
        if at in expiry:
            _expiry_tick(this, at, expiry[at])
        _send(this, at)
    return sorted(this.rows)


def _issue_ticks(shop: PlainShop, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every full ten minutes."""
    if shop.issue_since is None:
        return
    at = max(start, shop.issue_since)
    at = at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)
    if at < max(start, shop.issue_since):
        at += TEN_MINUTES
    while at < end:
        yield at
        at += TEN_MINUTES


def _expiry_ticks(
    shop: PlainShop, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Each T in the period, with the T after it."""
    if shop.expiry_since is None:
        return
    begin = max(start, shop.expiry_since)
    day = begin.astimezone(ZoneInfo(shop.zone)).date() - 2 * DAY
    while (at := _clock(shop, day, shop.expiry_time)) < end:
        if at >= begin:
            yield at, _clock(shop, day + DAY, shop.expiry_time)
        day += DAY


def _clock(shop: PlainShop, day: date, at: time) -> datetime:
    """When the shop's clock shows that time; the shops here have no change of clocks."""
    wall = datetime(day.year, day.month, day.day, at.hour, at.minute)  # noqa: DTZ001
    return wall.replace(tzinfo=ZoneInfo(shop.zone)).astimezone(ZoneInfo("UTC"))


def _opening(shop: PlainShop, at: datetime) -> datetime:
    """F4: the first minute not before `at` outside the closed hours."""
    if shop.quiet is None:
        return at
    closes, opens = shop.quiet
    clock = at.astimezone(ZoneInfo(shop.zone)).time()
    within_a_day = closes <= clock < opens
    over_midnight = opens < closes and not opens <= clock < closes
    if not (within_a_day or over_midnight):
        return at
    day = at.astimezone(ZoneInfo(shop.zone)).date()
    today = _clock(shop, day, opens)
    return today if today > at else _clock(shop, day + DAY, opens)


def _issue_tick(this: Replay, at: datetime) -> None:
    kind = "coupon_issued"
    new = [
        one
        for one in this.shop.issued
        if one.known(at) and one.usable(at) and one.code not in this.had[kind]
    ]
    for together in _bundles(this.shop, kind, new):
        reason = _reason(this.shop, kind, together[0])
        this.had[kind] |= {one.code for one in together}
        if not reason:
            _plan(this, at, kind, together)
            continue
        key = _falls_together(this.shop, kind, together[0])
        still = [one for one in this.open_rows.get(key, []) if one.usable(at)]
        if not still:  # else they join a row whose reason stays the same: written once
            _leave_out(this, at, kind, together, reason)
        this.open_rows[key] = still + together


def _expiry_tick(this: Replay, at: datetime, following: datetime) -> None:
    kind = "coupon_expiring"
    begins, ends = at + timedelta(hours=2), following + timedelta(hours=2)
    found = [
        one
        for one in this.shop.issued
        if one.known(at)
        and not one.taken(at)
        and one.expires_at is not None
        and begins <= one.expires_at < ends
        and one.code not in this.had[kind]
    ]
    for together in _bundles(this.shop, kind, found):
        this.had[kind] |= {one.code for one in together}
        reason = _reason(this.shop, kind, together[0])
        if reason:
            _leave_out(this, at, kind, together, reason)
        else:
            _plan(this, at, kind, together)


def _template(kind: str, one: PlainIssued) -> tuple[str, bool]:
    coupon = one.coupon
    return coupon.issue_template if kind == "coupon_issued" else coupon.expiry_template


def _falls_together(shop: PlainShop, kind: str, one: PlainIssued) -> tuple[str, ...]:
    return kind, one.customer, _template(kind, one)[0], one.coupon.basis


def _bundles(
    shop: PlainShop, kind: str, coupons: Iterable[PlainIssued]
) -> Iterator[list[PlainIssued]]:
    """A5 and A6: one customer, one template, one basis sentence."""
    bundles: dict[tuple[str, ...], list[PlainIssued]] = defaultdict(list)
    for one in coupons:
        bundles[_falls_together(shop, kind, one)].append(one)
    for bundle in bundles.values():
        yield sorted(bundle, key=PlainIssued.place)


def _reason(shop: PlainShop, kind: str, one: PlainIssued) -> str:
    """The first reason of the spec's list that holds."""
    if not shop.phones[one.customer]:
        return "no_address"
    if not one.coupon.basis:
        return "no_grant_basis"
    if not shop.gateway:
        return "no_gateway"
    return "" if _template(kind, one)[1] else "no_template"


def _plan(this: Replay, at: datetime, kind: str, coupons: list[PlainIssued]) -> None:
    not_before = _opening(this.shop, at)
    customer = coupons[0].customer
    this.rows.append(_row(at, kind, customer, "planned", "", not_before, coupons))
    this.waiting.append(Waiting(not_before, kind, customer, coupons))


def _leave_out(
    this: Replay, at: datetime, kind: str, coupons: list[PlainIssued], reason: str
) -> None:
    this.rows.append(_row(at, kind, coupons[0].customer, "left_out", reason, None, coupons))


def _send(this: Replay, at: datetime) -> None:
    """A7: what has lost all its coupons by its time is dropped."""
    due = [message for message in this.waiting if message.not_before <= at]
    this.waiting = [message for message in this.waiting if message.not_before > at]
    for one in due:
        if not any(coupon.usable(at) for coupon in one.coupons):
            this.rows.append(
                _row(at, one.kind, one.customer, "left_out", "coupon_gone", at, one.coupons)
            )


def _row(
    at: datetime,
    kind: str,
    customer: str,
    state: str,
    reason: str,
    not_before: datetime | None,
    coupons: list[PlainIssued],
) -> Row:
    about = "+".join(one.code for one in coupons)
    return (
        _utc(at),
        kind,
        customer,
        "alimtalk",
        state,
        reason,
        _utc(not_before) if not_before else "",
        about,
    )


def _utc(at: datetime) -> str:
    return at.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")
