"""A batch of messages on a channel, planned and due, and what dispatch makes of it."""

from collections import Counter
from typing import Any

from messaging.dispatch import dispatch
from messaging.gateways import Provider
from messaging.models import (
    Batch,
    Channel,
    Message,
    Purpose,
    SendingSettings,
    State,
    Topic,
    Wallet,
)
from orders.models import Shop
from tests.factories import (
    NOW,
    BatchFactory,
    CustomerFactory,
    GatewayFactory,
    MessageFactory,
    MessageTemplateFactory,
    ShopFactory,
    TemplateRevisionFactory,
)

POINTS = 1000


def plan(channel: Channel, provider: str, account: dict[str, str], count: int = 3) -> Batch:
    """Messages to m0, m1 and so on, about a coupon, by this provider; the shop can pay for them."""
    shop: Shop = ShopFactory()
    gateway = GatewayFactory(shop=shop, channel=channel, provider=provider, account=account)
    template = MessageTemplateFactory(
        shop=shop, channel=channel, topic=Topic.COUPON, purpose=Purpose.INFORMATION
    )
    revision = TemplateRevisionFactory(template=template, title="#{상점명} 쿠폰", body="#{쿠폰명}")
    SendingSettings.objects.create(shop=shop)
    Wallet.objects.create(shop=shop, recharged=POINTS, available=POINTS)
    batch = BatchFactory(
        shop=shop,
        channel=channel,
        gateway=gateway,
        revision=revision,
        state=State.WAITING,
        chunk__run__kind="plain",  # no floor above has a say in it
        planned_at=NOW,
    )
    for n in range(count):
        customer = CustomerFactory(
            shop=shop, mall_id=f"m{n}", email=f"m{n}@example.com", app_token=f"t{n}"
        )
        MessageFactory(batch=batch, customer=customer, address="")
    return batch


def send(provider: Provider, **options: Any) -> Counter[State]:
    """Dispatch everything through this provider."""
    return dispatch(now=NOW, connect=lambda _name: provider, **options)


def states(shop: Shop) -> dict[str, tuple[State, str]]:
    """What history shows of each message, by its customer."""
    found = Message.objects.filter(shop=shop).with_state().order_by("pk")
    return {
        m.customer.mall_id: (State(m.state), m.reason) for m in found.select_related("customer")
    }
