"""From due consents to messages: set by set, one message a member, kind and tick."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    F,
    Max,
    Min,
    Value,
    When,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, RowNumber, Substr

from crm.campaigns.consent_notices.candidates import Consents, decided, due
from crm.campaigns.consent_notices.reading import gateway_of, obstacle
from crm.campaigns.consent_notices.words import day, said
from crm.models import (
    ConsentNotice,
    ConsentNoticeSettings,
    DecidedConsent,
    DecidedConsentNotice,
    NoticeKind,
)
from crm.ticks import Tick
from messaging import outbox
from messaging.drafts import Drafts
from messaging.models import Channel, Chunk, MessageTemplate, Run
from messaging.staging import insert_select, staged
from orders.models import ConsentKind

CONSENTS_A_CHUNK = 50_000
PAGE = "crm:consents"
# English source strings: history translates them for whoever reads.
SOURCE_LABELS = {
    NoticeKind.CHANGED: "Consent confirmed",
    NoticeKind.RECONFIRMED: "Consent reconfirmed",
}
SEPARATOR = ", "


def plan(
    settings: ConsentNoticeSettings, tick: Tick, progress: Callable[[], None] = lambda: None
) -> Counter[str]:
    """Plan the notices that are due; counts members by reason ("": planned).

    Where the shop itself is what holds notices back (no connection, no points), nothing is decided
    and they go out when that is mended: the law gives days for it. Run again after a crash, it
    goes on where it was.
    """
    counts: Counter[str] = Counter()
    if settings.template is None or obstacle(settings.template, tick.now):
        return counts
    for kind in NoticeKind:
        if since := settings.since(kind):
            counts += _plan_kind(settings.template, kind, since, tick, progress)
    return counts


def _plan_kind(
    template: MessageTemplate,
    kind: NoticeKind,
    since: datetime,
    tick: Tick,
    progress: Callable[[], None],
) -> Counter[str]:
    counts: Counter[str] = Counter()
    rows, after = due(template.shop, kind, since, tick.at), 0
    while last := _last_member(rows, after):
        with transaction.atomic():
            some = rows.filter(customer_id__gt=after, customer_id__lte=last)
            counts += _plan_chunk(some, template, kind, tick)
            progress()
        after = last
    progress()
    return counts


def _last_member(rows: Consents, after: int) -> int | None:
    """The last of the next members who have a chunk's worth of consents; None: there is none."""
    following = rows.filter(customer_id__gt=after).order_by("customer_id")
    found: int | None = following[:CONSENTS_A_CHUNK].aggregate(last=Max("customer_id"))["last"]
    return found


def _plan_chunk(
    rows: Consents, template: MessageTemplate, kind: NoticeKind, tick: Tick
) -> Counter[str]:
    with staged(DecidedConsent, DecidedConsentNotice):
        if not _stage_consents(decided(rows, template, tick.at), template):
            return Counter()
        _stage_notices(template)
        chunk = Chunk.objects.create(run=_run(template, kind, tick), at=tick.now)
        counts = outbox.write(
            _drafts(template, kind, tick),
            chunk=chunk,
            channel=Channel(template.channel),
            now=tick.now,
        )
        _write_notices(template, kind, chunk)
        return counts


def _stage_consents(rows: Consents, template: MessageTemplate) -> int:
    words, on = said(template.shop), day(template.shop)
    return insert_select(
        DecidedConsent,
        rows,
        {
            "consent": "pk",
            "notice": "customer_id",
            "kind": "kind",
            "since": "since",
            "nth": "nth",
            "day": on,
            "said": words,
            "dated": Concat(words, Value("("), on, Value(")"), output_field=CharField()),
            "name": "customer__name",
            "address": "address",
            "verdict": "verdict",
        },
    )


def _stage_notices(template: MessageTemplate) -> None:
    """One message a member; the days stand beside the words where there are several."""
    members = DecidedConsent.objects.values("notice_id").annotate(
        who=Min("notice_id"),
        why=Min("verdict"),
        first_day=Min("day"),
        last_day=Max("day"),
        plain=_joined("said"),
        with_days=_joined("dated"),
    )
    gateway = gateway_of(template)
    insert_select(
        DecidedConsentNotice,
        members,
        {
            "member": "notice_id",
            "number": Window(RowNumber(), order_by=["why", "who"]),
            "customer": "who",
            "revision": _key(template.current_id),
            "gateway": _key(gateway.pk if gateway else None),
            "reason": F("why"),
            "night": Value(0),
            "existing": _key(None),
            "stays": Value(False),
            "name": Min("name"),
            "address": Min("address"),
            "agreed_at": Max("since"),
            "agreed": Case(
                When(first_day=F("last_day"), then=F("plain")),
                default=F("with_days"),
                output_field=CharField(),
            ),
        },
    )


def _joined(words: str) -> Combinable:
    """A member's words for each kind, one after the other, as there is one of each at most."""
    each = (
        Coalesce(
            Max(Case(When(kind=kind, then=Concat(Value(SEPARATOR), words)))),
            Value(""),
            output_field=CharField(),
        )
        for kind in ConsentKind
    )
    return Substr(Concat(*each, output_field=CharField()), len(SEPARATOR) + 1)


def _key(value: int | None) -> Value:
    return Value(value, output_field=BigIntegerField(null=True))


def _drafts(template: MessageTemplate, kind: NoticeKind, tick: Tick) -> Drafts:
    about = Concat(
        Value(f"{kind}:"), Cast("member_id", CharField()), Value(f":{tick.at:%Y%m%d%H%M}")
    )
    return Drafts(
        DecidedConsentNotice.objects.all(),
        {
            "subject_key": about,
            "address": "address",
            "variables": JSONObject(
                shop=Cast(Value(template.shop.name), CharField()),
                name=F("name"),
                agreed_at=F("agreed_at"),
                agreed=F("agreed"),
            ),
            "url": Value(""),
        },
    )


def _run(template: MessageTemplate, kind: NoticeKind, tick: Tick) -> Run:
    """The tick's run; an interrupted one goes on."""
    run, _new = Run.objects.get_or_create(
        shop=template.shop,
        kind=kind,
        as_of=tick.at,
        is_test=False,
        defaults={"label": SOURCE_LABELS[kind], "page": PAGE},
    )
    return run


def _write_notices(template: MessageTemplate, kind: NoticeKind, chunk: Chunk) -> None:
    insert_select(
        ConsentNotice,
        DecidedConsent.objects.all(),
        {
            "consent": "consent_id",
            "kind": Value(kind.value),
            "nth": "nth",
            "shop": Value(template.shop_id),
            "message": outbox.message_id(chunk, "notice__number"),
        },
    )
