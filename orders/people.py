"""What is learnt about customers by writing to them."""

from collections.abc import Collection

from orders.models import Customer


def forget_app_tokens(shop_id: int, tokens: Collection[str]) -> None:
    """Forget apps that are gone from their phones; a new one tells its token by itself."""
    Customer.objects.filter(shop_id=shop_id, app_token__in=tokens).update(app_token="")
