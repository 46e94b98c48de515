"""The ledger by time, for sums of a month, and by batch, for what one has held so far."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0007_prices"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="pointsentry",
            index=models.Index(fields=["shop", "at"], name="points_by_time"),
        ),
        migrations.AddIndex(
            model_name="pointsentry",
            index=models.Index(fields=["batch"], name="points_of_batch"),
        ),
    ]
