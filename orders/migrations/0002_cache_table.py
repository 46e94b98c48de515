"""The table of the cache, in which log-in attempts are counted for all processes together."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    """As the command does, on either engine."""
    alias = schema_editor.connection.alias
    call_command("createcachetable", "dangol_cache", database=alias, verbosity=0)


class Migration(migrations.Migration):
    """Made with the other tables, so that nobody has to think of it."""

    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
