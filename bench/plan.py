"""Planning: from issued coupons to outbox rows with verdicts, notices and batches.

The baseline is what the database can do at best: the same rows by bare `INSERT … SELECT`s, one a
table, with the variables' json built in the SELECT, into the same tables with the same indexes. It
decides nothing: who comes first, who has no phone and how many coupons there are is arithmetic on
the ids that `bench.shop` gave.
"""

from bench.figures import Figure, alternately, seconds
from bench.shop import (
    WITH_SECOND,
    WITHOUT_PHONE,
    add_coupon,
    add_customers,
    execute,
    forget_sending,
    issue,
    open_shop,
    settle_down,
)
from coupons.models import Coupon
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import CouponNotice, Job
from crm.schedules import run_due, schedule
from messaging.models import Batch, Chunk, Gateway, Message, Run, State
from orders.models import Shop
from tests.factories import NOW

MESSAGES = 1_000_000


def measure(rows: int | None) -> list[Figure]:
    """Messages planned a second."""
    count = rows or MESSAGES
    street = Street(count)
    bare, planned = alternately(street.bare, street.plan, before=street.clear)
    return [
        Figure(
            name="plan",
            note=f"{count:,} messages about {street.coupons:,} coupons",
            value=count / planned,
            unit="messages/s",
            baseline_name="bare INSERT … SELECTs",
            baseline=count / bare,
            limit=0.6,
        )
    ]


class Street:
    """A shop with so many customers: each has a coupon, every fifth a second one."""

    def __init__(self, customers: int, slug: str = "plan") -> None:
        self.shop: Shop = open_shop(slug)
        self.customers = customers
        self.coupons = customers + customers // WITH_SECOND
        self.sendable = customers - customers // WITHOUT_PHONE
        self.first_customer = add_customers(self.shop, customers)
        self.coupon: Coupon = add_coupon(self.shop, "A")
        issue(self.coupon, days=10)
        issue(add_coupon(self.shop, "B"), every=WITH_SECOND, days=20)

    def clear(self) -> None:
        """As if nothing had been planned, and the tick were due."""
        forget_sending()
        schedule(settings_of(self.shop), Job.COUPON_ISSUED, NOW)
        settle_down()

    def plan(self) -> float:
        """The tick, as the worker runs it; its seconds."""
        took = seconds(lambda: run_due(now=NOW, shop=self.shop))
        self._check()
        return took

    def bare(self) -> float:
        """The same rows, undecided; its seconds."""
        took = seconds(self._insert)
        self._check()
        return took

    def _check(self) -> None:
        """That both have written what there is to write."""
        left_out = self.customers // WITHOUT_PHONE
        found = (
            Message.objects.count(),
            Message.objects.filter(variables__more=1).count(),
            Message.objects.filter(batch__state=State.LEFT_OUT).count(),
            CouponNotice.objects.count(),
            sum(Batch.objects.values_list("size", flat=True)),
        )
        expected = (
            self.customers,
            self.customers // WITH_SECOND,
            left_out,
            self.coupons,
            self.customers,
        )
        if found != expected:
            raise AssertionError(f"wrote {found}, not {expected}")

    def _insert(self) -> None:
        run = Run.objects.create(
            shop=self.shop,
            kind="coupon_issued",
            label="bare",
            as_of=NOW,
        )
        chunk = Chunk.objects.create(run=run, at=NOW)
        first = chunk.pk * 10**9
        self._insert_batches(run, first)
        self._insert_messages(first)
        self._insert_notices(first)

    def _insert_batches(self, run: Run, first: int) -> None:
        """A thousand customers each, and one for all who are left out."""
        settings = settings_of(self.shop)
        gateway = Gateway.objects.get(shop=self.shop, channel="alimtalk")
        columns = """
            INSERT INTO messaging_batch (id, shop_id, run_id, channel, gateway_id, revision_id,
                   state, reason, planned_at, not_before, turn, size, unknown, sent, failed,
                   delivered, left_out, attempt, provider_ref, sender, opt_out_number, service,
                   price, fallback_price, fell_back, points_reserved, points_spent)
        """
        waiting = """
            SELECT %s + b, %s, %s, 'alimtalk', %s, %s, 0, '', %s, %s, %s + b * interval '1 s',
                   least(%s, (b + 1) * 1000) - b * 1000
                   - (least(%s, (b + 1) * 1000) / %s - b * 1000 / %s),
                   0, 0, 0, 0, 0, 0, '', '', '', '', 0, 0, 0, 0, 0
              FROM generate_series(0, (%s - 1) / 1000) AS b
        """
        n = self.customers
        execute(
            columns + waiting,
            *(first, self.shop.pk, run.pk, gateway.pk, settings.issue_template.current_id),
            *(NOW, NOW, NOW, n, n, WITHOUT_PHONE, WITHOUT_PHONE, n),
        )
        left_out = """
            SELECT %s, %s, %s, 'alimtalk', %s, %s, 6, 'no_address', %s, NULL, NULL, %s,
                   0, 0, 0, 0, 0, 0, '', '', '', '', 0, 0, 0, 0, 0
        """
        execute(
            columns + left_out,
            *(first + 10**6, self.shop.pk, run.pk, gateway.pk),
            *(settings.issue_template.current_id, NOW, n // WITHOUT_PHONE),
        )

    def _insert_messages(self, first: int) -> None:
        execute(
            """
            INSERT INTO messaging_message (id, shop_id, customer_id, batch_id, subject_key,
                   address, variables, url)
            SELECT %s + c.id, c.shop_id, c.id,
                   CASE WHEN (c.id - %s + 1) %% %s = 0 THEN %s ELSE %s + (c.id - %s) / 1000 END,
                   'coupon_issued:' || i.id || ':202611201000', c.phone,
                   jsonb_build_object('shop', '봄날문구'::text, 'name', c.name, 'coupon', k.name,
                       'more', CASE WHEN (c.id - %s + 1) %% %s = 0 THEN 1 ELSE 0 END,
                       'benefit', jsonb_build_object('type', k.discount_type,
                           'value', k.discount_value, 'max', k.max_discount, 'min', k.min_order),
                       'expires', i.expires_at, 'basis', k.grant_basis),
                   ''
              FROM coupons_issuedcoupon i
              JOIN orders_customer c ON c.id = i.customer_id
              JOIN coupons_coupon k ON k.id = i.coupon_id
             WHERE i.shop_id = %s AND i.coupon_id = %s
            """,
            first,
            *(self.first_customer, WITHOUT_PHONE, first + 10**6, first, self.first_customer),
            *(self.first_customer, WITH_SECOND, self.shop.pk, self.coupon.pk),
        )

    def _insert_notices(self, first: int) -> None:
        execute(
            """
            INSERT INTO crm_couponnotice (kind, issued_id, shop_id, message_id, waiting)
            SELECT 'coupon_issued', i.id, i.shop_id, %s + i.customer_id,
                   (i.customer_id - %s + 1) %% %s = 0
              FROM coupons_issuedcoupon i WHERE i.shop_id = %s
            """,
            first,
            self.first_customer,
            WITHOUT_PHONE,
            self.shop.pk,
        )
