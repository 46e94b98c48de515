"""The points after a chaos (F5), added up a second time, beside what the providers took."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from bench.chaos.desks import End, Taken
from bench.chaos.told import Line
from messaging.models import Batch, Message, Outcome, PointsEntry, Reason, State, Wallet
from messaging.points import Holding, holding
from messaging.unbalanced import find_unbalanced

NO_POINTS = Reason.NO_POINTS
COLUMNS = ("recharged", "available", "reserved", "spent")


def accounts_of_points(taken: Sequence[Taken], now: datetime) -> Iterator[Line]:
    """When nothing is open any more; `now` is by the fast clock."""
    wallets = {wallet.pk: wallet for wallet in Wallet.objects.all()}
    yield Line("points recharged", sum(wallet.recharged for wallet in wallets.values()))
    for column in COLUMNS[1:]:
        yield Line(f"  {column}", sum(getattr(wallet, column) for wallet in wallets.values()))
    yield Line("  left out for too few points", _unpaid())
    yield Line("wallets", len(wallets), list(_not_adding_up(wallets)))
    yield Line("  entries of their ledgers", PointsEntry.objects.count(), list(_ledgers(wallets)))
    batches = list(Batch.objects.defer("payload").order_by("pk"))
    yield Line("batches that cost points", *_holdings(batches, now))
    yield Line("  points short where a failed one arrived", sum(_shorts(batches, now)))
    yield Line("messages delivered by their fallback", *_fallbacks(batches, taken))
    yield Line("complaints of find_unbalanced", 0, list(_unbalanced()))


def _unpaid() -> int:
    alike: list[int] = list(Batch.objects.filter(reason=NO_POINTS).values_list("size", flat=True))
    return sum(alike) + int(Outcome.objects.filter(reason=NO_POINTS).count())


def _not_adding_up(wallets: dict[int, Wallet]) -> Iterator[str]:
    held: dict[int, Counter[str]] = defaultdict(Counter)
    for shop, reserved, spent in Batch.objects.values_list(
        "shop_id", "points_reserved", "points_spent"
    ):
        held[shop].update(reserved=reserved, spent=spent)
    for pk, wallet in wallets.items():
        if wallet.recharged != wallet.available + wallet.reserved + wallet.spent:
            yield f"wallet {pk} does not add up"
        if min(wallet.available, wallet.reserved, wallet.spent) < 0:
            yield f"wallet {pk} is below zero"
        for column in ("reserved", "spent"):
            if getattr(wallet, column) != held[pk][column]:
                yield f"wallet {pk}: batches hold {held[pk][column]} {column}"


def _ledgers(wallets: dict[int, Wallet]) -> Iterator[str]:
    """Each entry's sums after it: at no time was anything below zero, at the end it is the wallet.

    An entry's id is drawn while its wallet is locked, so that they stand in their order.
    """
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, shop, *changes in PointsEntry.objects.order_by("pk").values_list(
        "pk", "shop_id", *COLUMNS
    ):
        for column, change in zip(COLUMNS, changes, strict=True):
            sums[shop][column] += change
            if sums[shop][column] < 0:
                yield f"wallet {shop} had {sums[shop][column]} {column} after entry {pk}"
    for pk, wallet in wallets.items():
        for column in COLUMNS:
            if sums[pk][column] != getattr(wallet, column):
                yield f"wallet {pk}: its ledger has {sums[pk][column]} {column}"


def _holdings(batches: Sequence[Batch], now: datetime) -> tuple[int, list[str]]:
    """Each holds what its row says; less only where a message that had failed arrives after all."""
    wrong = []
    for batch in batches:
        holds, right = _holds(batch), holding(batch, now)
        short = right.reserved + right.spent - holds.reserved - holds.spent
        if holds != right and not (short > 0 and batch.fell_back):
            wrong.append(f"batch {batch.pk} holds {holds}, by its row {right}")
    return sum(batch.price > 0 for batch in batches), wrong


def _shorts(batches: Sequence[Batch], now: datetime) -> Iterator[int]:
    for batch in batches:
        holds, right = _holds(batch), holding(batch, now)
        yield max(0, right.reserved + right.spent - holds.reserved - holds.spent)


def _holds(batch: Batch) -> Holding:
    return Holding(batch.points_reserved, batch.points_spent)


def _fallbacks(batches: Sequence[Batch], taken: Sequence[Taken]) -> tuple[int, list[str]]:
    """As many as fell back there, batch by batch."""
    fell = {one.message for one in taken if one.end == End.FELL_BACK}
    there = Counter(Message.objects.filter(pk__in=fell).values_list("batch_id", flat=True))
    wrong = [
        f"batch {batch.pk} counts {batch.fell_back}, there it were {there[batch.pk]}"
        for batch in batches
        if batch.fell_back != there[batch.pk] and batch.state != State.LEFT_OUT
    ]
    return len(fell), wrong


def _unbalanced() -> Iterator[str]:
    for what, rows in find_unbalanced():
        if found := list(rows.values_list("pk", flat=True)[:20]):
            yield f"{what}: {found}"
