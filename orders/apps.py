"""The app's entry in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """See docs/architecture.md for the app's place in the house."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Say who writes this floor's records."""
        from orders import records
        from orders.ingest import sink
        from orders.ingest.cancellations import upsert_cancellations
        from orders.ingest.catalogue import upsert_products
        from orders.ingest.people import upsert_consents, upsert_customers
        from orders.ingest.purchases import upsert_orders

        sink(records.CustomerRecord, upsert_customers)
        sink(records.ConsentRecord, upsert_consents)
        sink(records.ProductRecord, upsert_products)
        sink(records.OrderRecord, upsert_orders)
        sink(records.CancellationRecord, upsert_cancellations)
