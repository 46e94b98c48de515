from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_initial"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="message",
            name="message_customer",
        ),
        migrations.RemoveIndex(
            model_name="outcome",
            name="outcome_exceptions",
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["shop", "state", "id"], name="batch_state"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["customer", "batch", "id"], name="message_customer"),
        ),
        migrations.AddIndex(
            model_name="outcome",
            index=models.Index(
                condition=models.Q(("state", 5), _negated=True),
                fields=["batch", "state", "reason"],
                name="outcome_exceptions",
            ),
        ),
    ]
