"""What is learnt about customers by writing to them."""

from collections.abc import Collection

from orders.models import Customer


def forget_app_tokens(customers: Collection[int], tokens: Collection[str]) -> None:
    """Forget these customers' apps that are gone from their phones.

    A new one tells its token by itself, so one that is not among `tokens` stays.
    """
    Customer.objects.filter(pk__in=customers, app_token__in=tokens).update(app_token="")
