"""E-mail: claim, verdict, render, SMTP to a local sink, settle, by one process.

Advertising about coupons, the dearest way: consent, verified address and refusals are asked again
at freezing, points are reserved and settled, each letter has text, HTML and a way to refuse. The
baseline is django-post_office with one process, which queues and sends plain text to such a sink.
"""

from time import perf_counter

from django.test.utils import override_settings

from bench import smtp_sink
from bench.figures import Figure, alternately
from bench.post_office import measure as post_office
from bench.shop import add_customers, execute, forget_sending, issue, open_shop, settle_down
from coupons.models import Coupon
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Job
from crm.schedules import run_due, schedule
from messaging.dispatch import dispatch
from messaging.models import (
    OPEN_STATES,
    Batch,
    Channel,
    Gateway,
    MessageTemplate,
    Purpose,
    State,
    TemplateRevision,
    Topic,
    Wallet,
)
from tests.factories import NOW

LETTERS = 20_000
POINTS = 10**9
BODY = """쿠폰이 도착했어요

#{이름}님, #{상점명}에서 쿠폰을 넣어드렸어요.

▪ 쿠폰: #{쿠폰명}
▪ 혜택: #{혜택}
▪ 사용 기한: #{사용기한}"""


def measure(rows: int | None) -> list[Figure]:
    """Letters sent a second."""
    count = rows or LETTERS
    with override_settings(SMTP_MAY_BE_LOCAL=True):
        readers = Readers(count)
        sent, mailed = alternately(
            readers.send, lambda: post_office.rate(count, processes=1).per_second
        )
    return [
        Figure(
            name="mail",
            note=f"{count:,} letters with HTML, one process",
            value=sent,
            unit="letters/s",
            baseline_name="django-post_office, one process, queued and sent",
            baseline=mailed,
            limit=1.5,
        )
    ]


class Readers:
    """A shop whose customers have agreed to advertising by e-mail; each has a coupon."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.shop = open_shop("mail")
        add_customers(self.shop, count)
        _agree()
        coupon = Coupon.objects.create(
            shop=self.shop,
            code="A",
            name="봄맞이 ISSUED 쿠폰",
            discount_type="percent",
            discount_value=10,
        )
        issue(coupon)
        settings = settings_of(self.shop)
        settings.advertising_template = self._template()
        settings.save()
        self.gateway = Gateway.objects.get(shop=self.shop, channel=Channel.EMAIL)
        Wallet.objects.create(shop=self.shop, recharged=POINTS, available=POINTS)

    def _template(self) -> MessageTemplate:
        template = MessageTemplate.objects.create(
            shop=self.shop,
            channel=Channel.EMAIL,
            topic=Topic.COUPON,
            purpose=Purpose.ADVERTISING,
            name="쿠폰 메일",
        )
        template.current = TemplateRevision.objects.create(
            template=template,
            number=1,
            title="쿠폰이 도착했어요",
            body=BODY,
            buttons=[{"type": "WL", "name": "쿠폰함 열기", "url": "https://shop.example/coupons"}],
            approved_at=NOW,
            created_at=NOW,
        )
        template.save()
        return template

    def send(self) -> float:
        """Plan, then send everything on the clock; letters a second."""
        forget_sending()
        execute("DELETE FROM messaging_pointsentry")
        schedule(settings_of(self.shop), Job.COUPON_ISSUED, NOW)
        with smtp_sink.running() as sink:
            self._connect(sink.port)
            run_due(now=NOW, shop=self.shop)
            settle_down()
            began = perf_counter()
            counts = dispatch(now=NOW)
            took = perf_counter() - began
        left = Batch.objects.filter(state__in=OPEN_STATES).count()
        arrived = (counts[State.SENT], sink.messages, sink.recipients)
        if left or arrived != (self.count,) * 3:
            raise AssertionError(f"sent, arrived, different: {arrived}, {left} batches are open")
        return self.count / took

    def _connect(self, port: int) -> None:
        self.gateway.provider = "smtp"
        self.gateway.account = {
            "host": "127.0.0.1",
            "port": str(port),
            "security": "none",
            "from_address": "shop@example.com",
            "contact": "02-123-4567, 서울시 종로구",
        }
        self.gateway.save()


def _agree() -> None:
    execute(
        "UPDATE orders_customer SET email = mall_id || '@example.com', email_verified_at = %s", NOW
    )
    execute(
        """
        INSERT INTO orders_consent (customer_id, kind, given, since, source)
        SELECT id, 'email', true, %s, 'mall' FROM orders_customer
        """,
        NOW,
    )
