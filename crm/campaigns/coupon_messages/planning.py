"""Planning: from candidate coupons to messages, chunk by chunk, set by set.

A chunk is one transaction over a span of customers. It stages its decisions once, then inserts
batches, messages and notices from them, so all see one snapshot. A conflict is a lost race: the
chunk rolls back and the tick is run again.
"""

from collections import Counter
from collections.abc import Callable

from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, RowNumber

from coupons.models import Coupon
from crm.campaigns.coupon_messages.candidates import NOBODY, Coupons, stop_waiting
from crm.campaigns.coupon_messages.deciding import BUNDLE, decided, first_of
from crm.campaigns.coupon_messages.finding import candidates, spans, stage_candidates
from crm.campaigns.coupon_messages.values import own_values, shared_values
from crm.models import (
    Candidate,
    CouponMessageSettings,
    CouponNotice,
    DecidedBundle,
    DecidedCoupon,
    DecidedCouponKind,
    Kind,
    TouchedCustomer,
)
from crm.ticks import Tick
from messaging import outbox
from messaging.drafts import Drafts
from messaging.models import Channel, Chunk, Run
from messaging.revising import join, reword
from messaging.staging import Merged, index, insert_select, staged
from messaging.verdicts import MENDABLE

PAGE = "crm:coupon_messages"
CHANNEL = Channel.ALIMTALK
# English source strings: history translates them for whoever reads.
SOURCE_LABELS = {Kind.ISSUED: "Coupon issued", Kind.EXPIRING: "Coupon expiring"}

Progress = Callable[[], None]


def plan(
    settings: CouponMessageSettings, kind: Kind, tick: Tick, progress: Progress = lambda: None
) -> Counter[str]:
    """Plan a tick's messages; counts decisions by reason ("": planned).

    A tick that finds nothing makes no run (A3). Run again after a crash, it goes on where it was.
    `progress` is called inside each chunk's transaction, and after each step over the whole shop.
    """
    counts: Counter[str] = Counter()
    with staged(Candidate, TouchedCustomer):
        found = stage_candidates(settings, kind, tick)
        progress()
        for span in spans() if found else ():
            with transaction.atomic():
                rows = decided(candidates(span), settings, kind, tick)
                counts += _plan_chunk(rows, settings, kind, tick, again=found.again > 0)
                progress()
    if kind == Kind.ISSUED:
        stop_waiting(settings, tick.at)
        progress()
    return counts


def _plan_chunk(
    rows: Coupons, settings: CouponMessageSettings, kind: Kind, tick: Tick, *, again: bool
) -> Counter[str]:
    """Write what is decided about these coupons; `again`: some of them may have waited."""
    with staged(DecidedCoupon, DecidedCouponKind, DecidedBundle):
        if not _stage_coupons(rows, again=again):
            return Counter()
        _stage_coupon_kinds(settings)
        _stage_bundles()
        if again:
            _index_staged()
        drafts = _drafts(settings, kind, tick)
        joined = _take_over(drafts) if again else {}
        counts: Counter[str] = Counter()
        chunk = None
        if joined or drafts.to_write.exists():
            run = _run(settings, kind, tick)
            chunk = Chunk.objects.create(run=run, at=tick.now)
            counts = outbox.write(drafts, chunk=chunk, channel=CHANNEL, now=tick.now)
            join(chunk=chunk, channel=CHANNEL, pairs=joined, now=tick.now)
        _write_notices(settings, kind, chunk)
        if again:
            _move_notices(kind, chunk)
        return counts


def _stage_coupons(rows: Coupons, *, again: bool) -> int:
    return insert_select(
        DecidedCoupon,
        rows,
        {
            "issued": "pk",
            "coupon": "coupon_id",
            "customer_id": "customer_id",
            "name": "customer__name",
            "address": "address",
            "night": "night",
            "expires_at": "expires_at",
            "revision_id": "revision_id",
            "gateway_id": "gateway_id",
            "url": "link",
            "verdict": "verdict",
            "bundle": first_of(*BUNDLE),
            "waiting_under_id": "candidate__waiting_under_id",
            "first_waiting_id": (
                first_of("customer_id", "candidate__waiting_under_id") if again else NOBODY
            ),
        },
    )


def _stage_coupon_kinds(settings: CouponMessageSettings) -> None:
    """Build what many messages share once for each coupon: half of what their JSON costs."""
    coupons = Coupon.objects.filter(pk__in=DecidedCoupon.objects.values("coupon_id"))
    shared = shared_values(settings.shop)
    insert_select(DecidedCouponKind, coupons, {"coupon": "pk", "values": shared})


def _stage_bundles() -> None:
    leads = When(
        first_waiting_id=F("issued_id"), waiting_under_id__isnull=False, then="waiting_under_id"
    )
    bundles = DecidedCoupon.objects.values("bundle_id").annotate(
        why=Min("verdict"),
        wording=Min("revision_id"),
        way=Min("gateway_id"),
        asleep=Max("night"),
        same=Min("bundle_id"),
    )
    insert_select(
        DecidedBundle,
        bundles,
        {
            "first": "bundle_id",
            "number": Window(RowNumber(), order_by=["why", "wording", "way", "asleep", "same"]),
            "different": Count("coupon_id", distinct=True),
            "customer": Min("customer_id"),
            "revision": F("wording"),
            "gateway": F("way"),
            "reason": F("why"),
            "night": F("asleep"),
            "existing": Min(Case(leads)),
            "stays": Value(False),
        },
    )


def _index_staged() -> None:
    """What has waited is updated row by row: each looks its decision up."""
    index(DecidedBundle, "existing", "first")
    index(DecidedCoupon, "issued")
    index(DecidedCouponKind, "coupon")


def _drafts(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Drafts:
    """The staged bundles, and what each of them says about its first coupon (A5)."""
    own = own_values(F("different") - 1, name="first__name", expires="first__expires_at")
    about = Concat(
        Value(f"{kind}:"), Cast("first_id", CharField()), Value(f":{tick.at:%Y%m%d%H%M}")
    )
    return Drafts(
        DecidedBundle.objects.all(),
        {
            "subject_key": about,
            "address": "first__address",
            "variables": Merged(F("first__coupon__values"), own),
            "url": "first__url",
        },
    )


def _take_over(drafts: Drafts) -> dict[int, int]:
    """Go on with the rows of what has waited (A3).

    A bundle that is left out as before stays, perhaps with other words. Returns the rows whose
    bundle goes on under an older one: {message: the older}.
    """
    before = Coalesce("existing__outcome__reason", "existing__batch__reason")
    known = DecidedBundle.objects.annotate(before=before).filter(existing__isnull=False)
    known.filter(reason=F("before")).update(stays=True)
    reword(drafts)
    leaders = DecidedCoupon.objects.filter(first_waiting_id=F("issued_id")).exclude(
        Q(waiting_under_id=None) | Q(bundle__existing_id=F("waiting_under_id"))
    )
    pairs = leaders.values_list("waiting_under_id", "bundle__existing_id")
    return {message: older for message, older in pairs if message is not None}


def _run(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Run:
    """The tick's run; an interrupted one goes on."""
    run, _new = Run.objects.get_or_create(
        shop=settings.shop,
        kind=kind,
        as_of=tick.at,
        is_test=False,
        defaults={"label": SOURCE_LABELS[kind], "page": PAGE},
    )
    return run


def _write_notices(settings: CouponMessageSettings, kind: Kind, chunk: Chunk | None) -> None:
    """One notice for each coupon that had none."""
    insert_select(
        CouponNotice,
        _noticed(kind, chunk).filter(waiting_under_id=None),
        {
            "kind": Value(kind.value),
            "issued": "issued_id",
            "shop": Value(settings.shop.pk),
            "message": "message",
            "waiting": "waits",
        },
    )


def _move_notices(kind: Kind, chunk: Chunk | None) -> None:
    """The notices whose decision or message has changed."""
    coupons = _noticed(kind, chunk)
    changed = coupons.exclude(waiting_under_id=None).exclude(
        waits=True, message=F("waiting_under_id")
    )
    this = coupons.filter(issued_id=OuterRef("issued_id"))
    CouponNotice.objects.filter(kind=kind, issued_id__in=changed.values("issued_id")).update(
        message_id=Subquery(this.values("message")[:1]), waiting=Subquery(this.values("waits")[:1])
    )


def _noticed(kind: Kind, chunk: Chunk | None) -> Coupons:
    """The decided coupons with their `message`, and whether each `waits` to be decided again."""
    message: Combinable = F("bundle__existing_id")
    if chunk:
        message = Coalesce(message, outbox.message_id(chunk, "bundle__number"))
    waits = Q(verdict__in=MENDABLE) if kind == Kind.ISSUED else Q(pk=None)
    coupons: Coupons = DecidedCoupon.objects.annotate(
        message=message,
        waits=Case(When(waits, then=True), default=False, output_field=BooleanField()),
    )
    return coupons
