"""A batch that waits to be sent through a provider's account."""

from messaging.gateways import Account
from messaging.models import (
    Batch,
    Channel,
    Inspection,
    MessageTemplate,
    SendingSettings,
    Service,
    State,
    Wallet,
)
from tests.factories import (
    NOW,
    BatchFactory,
    GatewayFactory,
    MessageFactory,
    MessageTemplateFactory,
    ShopFactory,
)


def batch_to(provider: str, account: Account, code: str, body: str, *phones: str) -> Batch:
    """An Alimtalk of this approved wording to each phone, due at NOW."""
    shop = ShopFactory()
    SendingSettings.objects.create(shop=shop)
    Wallet.objects.update_or_create(shop=shop, defaults={"recharged": 10**6, "available": 10**6})
    GatewayFactory(shop=shop, provider=provider, account=dict(account))
    template: MessageTemplate = MessageTemplateFactory(shop=shop, body=body)
    revision = template.current
    assert revision
    revision.buttons, revision.provider_code = [], code
    revision.provider, revision.inspection = provider, Inspection.APPROVED
    revision.save()
    batch: Batch = BatchFactory(
        shop=shop,
        chunk__run__kind="plain",  # no floor above has a say in it
        state=State.WAITING,
        revision=revision,
        planned_at=NOW,
        service=Service.ALIMTALK,
    )
    for phone in phones:
        MessageFactory(batch=batch, customer__phone=phone)
    assert batch.channel == Channel.ALIMTALK
    return batch
