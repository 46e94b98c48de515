"""Set-based writing: temporary tables and INSERT … SELECT, for both engines.

The only module that knows which database it talks to. A staged table is an unmanaged model's:
once made, it is read with the ORM like any other, and it sees one snapshot.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Expression, F, Field, Model, QuerySet
from django.db.models.expressions import Combinable

Columns = Mapping[str, "str | Combinable | Expression"]


@contextmanager
def staged(*models: type[Model]) -> Iterator[None]:
    """Empty temporary tables of these models for the length of the block.

    Call it inside a transaction; after a failed one the rollback has taken the tables along.
    """
    for model in models:
        _create_temporary(model)
    yield
    for model in models:
        _execute(f"DROP TABLE {_quoted(model._meta.db_table)}")


def insert_select(model: type[Model], source: QuerySet[Any], columns: Columns) -> int:
    """Insert into `model` what `source` selects; returns how many rows.

    `columns` maps the model's attribute names to fields (by name) or expressions of the source.
    A conflict is an error: it is a lost race, and the caller's transaction rolls back.
    """
    aliases = {
        f"insert_{name}": F(value) if isinstance(value, str) else value
        for name, value in columns.items()
    }
    query = source.annotate(**aliases).values_list(*aliases)
    sql, params = query.query.get_compiler(connection=connection).as_sql()
    names = ", ".join(_quoted(_column(model, name)) for name in columns)
    rows = _execute(f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) {sql}", params)
    if not model._meta.managed and connection.vendor == "postgresql":
        # Nobody else analyses a temporary table, and the planner guesses badly without.
        _execute(f"ANALYZE {_quoted(model._meta.db_table)}")
    return rows


def _column(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, Field) and field.column  # noqa: S101 - only own columns are written
    return field.column


def _create_temporary(model: type[Model]) -> None:
    columns = ", ".join(
        f"{_quoted(_column(model, field.name))} {field.db_type(connection)}"
        for field in model._meta.concrete_fields
    )
    keep = " ON COMMIT DROP" if connection.vendor == "postgresql" else ""
    _execute(f"CREATE TEMPORARY TABLE {_quoted(model._meta.db_table)} ({columns}){keep}")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _execute(sql: str, params: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
