"""Messages and what they hang on: gateways, templates, runs, batches.

Batches and messages reckon their ids as planning does (`messaging.models.batches`), so several in
one chunk stand in the order in which they were made.
"""

import datetime as dt
from typing import Any
from uuid import uuid4

from django.db.models import F, Max
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.helpers import post_generation

from messaging.models import (
    COUNTERS,
    Batch,
    Channel,
    Chunk,
    Gateway,
    Message,
    MessageTemplate,
    Outcome,
    PastReason,
    Reason,
    Run,
    State,
    TemplateRevision,
    Topic,
)
from orders.models import Shop
from tests.factories.base import NOW, Factory
from tests.factories.shops import CustomerFactory, ShopFactory

BODY = "#{이름}님, #{쿠폰명}이 도착했어요.\n#{혜택}\n#{사용기한}까지\n\n※ #{지급근거}"
BUTTONS: list[dict[str, str]] = [{"type": "AC"}, {"type": "WL", "name": "쿠폰함 열기"}]


def coupon_values(**changes: Any) -> dict[str, Any]:
    """A coupon message's variables as planning stores them."""
    return {
        "shop": "봄날문구",
        "name": "김하늘",
        "coupon": "봄맞이 10% 쿠폰",
        "more": 0,
        "benefit": {"type": "percent", "value": 10, "max": 5000, "min": None},
        "expires": "2026-11-30T15:00:00+00:00",
        "basis": "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다.",
    } | changes


class GatewayFactory(Factory[Gateway]):
    """The built-in phone."""

    class Meta:
        model = Gateway
        django_get_or_create = ("shop", "channel")

    shop = SubFactory(ShopFactory)
    channel = Channel.ALIMTALK
    provider = "phone"


class MessageTemplateFactory(Factory[MessageTemplate]):
    """A coupon Alimtalk whose first revision is in use."""

    class Meta:
        model = MessageTemplate
        skip_postgeneration_save = True

    shop = SubFactory(ShopFactory)
    channel = Channel.ALIMTALK
    topic = Topic.COUPON
    name = Sequence(lambda n: f"쿠폰 알림 {n}")

    @post_generation
    def body(self, create: bool, extracted: str | None, **kwargs: Any) -> None:
        """The text of the first revision: `MessageTemplateFactory(body="…")`."""
        template: Any = self
        template.current = TemplateRevisionFactory(template=template, body=extracted or BODY)
        template.save(update_fields=["current"])


class TemplateRevisionFactory(Factory[TemplateRevision]):
    """One more wording of a template; it does not become the one in use."""

    class Meta:
        model = TemplateRevision

    template = SubFactory(MessageTemplateFactory)
    number = LazyAttribute(lambda revision: revision.template.revisions.count() + 1)
    body = BODY
    buttons = LazyFunction(lambda: list(BUTTONS))
    approved_at = NOW
    created_at = NOW


class RunFactory(Factory[Run]):
    """A run of the coupon issue message; each at another minute."""

    class Meta:
        model = Run

    shop = SubFactory(ShopFactory)
    kind = "coupon_issued"
    label = "Coupon issued"
    page = "crm:coupon_messages"
    as_of = Sequence(lambda n: NOW - dt.timedelta(days=1) + dt.timedelta(minutes=n))


class ChunkFactory(Factory[Chunk]):
    """One transaction of a run."""

    class Meta:
        model = Chunk

    run = SubFactory(RunFactory)
    at = SelfAttribute("run.as_of")


class BatchFactory(Factory[Batch]):
    """A batch that was handed over and sent. Its size grows with each message made in it.

    With `chunk=` it is one more of a planning step (pass the same `shop`), else the first of its
    own. Key, times and reason follow from the state.
    """

    class Meta:
        model = Batch
        exclude = ("chunk", "frozen")

    shop = SubFactory(ShopFactory)
    chunk = SubFactory(ChunkFactory, run__shop=SelfAttribute("...shop"))
    run = SelfAttribute("chunk.run")
    id = LazyAttribute(lambda batch: _next_batch_id(batch.chunk))
    state = State.SENT
    reason = LazyAttribute(lambda batch: Reason.NO_ADDRESS if batch.state == State.LEFT_OUT else "")
    channel = Channel.ALIMTALK
    gateway = SubFactory(GatewayFactory, shop=SelfAttribute("..shop"))
    revision = LazyAttribute(lambda batch: _template_in_use(batch.shop))
    planned_at = SelfAttribute("chunk.at")
    not_before = SelfAttribute("planned_at")
    turn = SelfAttribute("planned_at")
    size = 0
    frozen = LazyAttribute(lambda b: b.state not in (State.WAITING, State.LEFT_OUT))
    key = LazyAttribute(lambda b: uuid4() if b.frozen else None)
    frozen_at = LazyAttribute(lambda b: b.planned_at if b.frozen else None)
    settled_at = LazyAttribute(
        lambda b: b.planned_at if b.frozen and b.state != State.SENDING else None
    )


class MessageFactory(Factory[Message]):
    """A coupon message to a member: `MessageFactory(batch=batch)` or `(batch__shop=shop)`."""

    class Meta:
        model = Message

    batch = SubFactory(BatchFactory)
    shop = SelfAttribute("batch.shop")
    customer = SubFactory(CustomerFactory, shop=SelfAttribute("..shop"))
    id = LazyAttribute(lambda message: _next_message_id(message.batch))
    subject_key = Sequence(lambda n: f"coupon_issued:{n}")
    slot_key = None
    address = LazyAttribute(lambda m: m.customer.phone if m.customer else "+821000000000")
    variables = LazyAttribute(
        lambda m: coupon_values(shop=m.shop.name, name=m.customer.name if m.customer else "김*늘")
    )
    url = "https://shop.example/coupons"

    @classmethod
    def _create(cls, model_class: type[Message], *args: Any, **kwargs: Any) -> Message:
        message: Message = super()._create(model_class, *args, **kwargs)
        message.batch.size += 1
        Batch.objects.filter(pk=message.batch_id).update(size=F("size") + 1)
        return message


class OutcomeFactory(Factory[Outcome]):
    """A message's own end, counted on its batch."""

    class Meta:
        model = Outcome

    message = SubFactory(MessageFactory)
    batch = SelfAttribute("message.batch")
    state = State.DELIVERED
    reason = LazyAttribute(
        lambda o: {State.LEFT_OUT: str(Reason.COUPON_GONE), State.FAILED: "blocked"}.get(
            o.state, ""
        )
    )
    at = SelfAttribute("batch.planned_at")

    @classmethod
    def _create(cls, model_class: type[Outcome], *args: Any, **kwargs: Any) -> Outcome:
        outcome: Outcome = super()._create(model_class, *args, **kwargs)
        counter = COUNTERS[State(outcome.state)]
        setattr(outcome.batch, counter, getattr(outcome.batch, counter) + 1)
        Batch.objects.filter(pk=outcome.batch_id).update(**{counter: F(counter) + 1})
        return outcome


class PastReasonFactory(Factory[PastReason]):
    """Why a message was left out an hour ago, before it was decided otherwise."""

    class Meta:
        model = PastReason

    message = SubFactory(MessageFactory)
    reason = Reason.NO_GRANT_BASIS
    since = LazyAttribute(lambda p: p.until - dt.timedelta(hours=1))
    until = SelfAttribute("message.batch.planned_at")


def _next_batch_id(chunk: Chunk) -> int:
    first = chunk.pk * 10**9
    last = Batch.objects.filter(pk__gte=first, pk__lt=first + 10**9).aggregate(last=Max("pk"))
    return (last["last"] or first) + 1


def _next_message_id(batch: Batch) -> int:
    first = batch.pk // 10**9 * 10**6
    last = Message.objects.filter(pk__gte=first, pk__lt=first + 10**6).aggregate(last=Max("pk"))
    return (last["last"] or first) + 1


def _template_in_use(shop: Shop) -> TemplateRevision:
    """The shop's first coupon template's wording; made where it has none."""
    found = MessageTemplate.objects.filter(shop=shop).order_by("pk").first()
    template: Any = found or MessageTemplateFactory(shop=shop)
    revision: TemplateRevision = template.current
    return revision
