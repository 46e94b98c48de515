"""What messages cost at first; staff change it in the admin."""

from typing import Any

from django.db import migrations

POINTS = {"alimtalk": 8, "sms": 12, "lms": 35, "email": 2, "push": 0, "inbox": 0}


def set_prices(apps: Any, _schema: Any) -> None:
    """One row for each service."""
    price = apps.get_model("messaging", "Price")
    price.objects.bulk_create(price(service=name, points=n) for name, n in POINTS.items())


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_real_phones"),
    ]

    operations = [
        migrations.RunPython(set_prices, migrations.RunPython.noop, elidable=False),
    ]
