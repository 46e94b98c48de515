"""Set-based writing: temporary tables and INSERT … SELECT, for both engines.

The only module that knows which database it talks to. A staged table is an unmanaged model's:
once made, it is read with the ORM like any other, and it sees one snapshot.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Expression, F, Field, Func, JSONField, Model, QuerySet
from django.db.models.expressions import Combinable


class Merged(Func):
    """Two JSON objects as one; the second's keys win."""

    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" || ")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_PATCH")


Columns = Mapping[str, "str | Combinable | Expression"]


@contextmanager
def staged(*models: type[Model]) -> Iterator[None]:
    """Empty temporary tables of these models, for this connection and the length of the block."""
    _make_room()
    for model in models:
        _create_temporary(model)
    try:
        yield
    except BaseException:
        # A failed transaction takes no further statement; its rollback takes the tables along.
        if not connection.in_atomic_block:
            _drop_all(models)
        raise
    _drop_all(models)


@contextmanager
def shadowed(*models: type[Model]) -> Iterator[None]:
    """Empty temporary tables that hide the real ones of these models for this connection.

    What is written within the block goes to them and is gone with them: a rehearsal runs the very
    code that sends, and leaves nothing. Call it outside of any transaction.
    """
    with _foreign_keys_unchecked():
        try:
            for model in models:
                _create_shadow(model._meta.db_table)
            yield
        finally:
            _drop_all(models)


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
        _analyse(model)
    return rows


def index(model: type[Model], *names: str) -> None:
    """Index each of these fields of a filled staged table; it goes with the table.

    Worth it before a subquery looks rows up one by one: without, each look-up reads them all.
    """
    table = model._meta.db_table
    schema = "" if connection.vendor == "postgresql" else "temp."
    for column in (_column(model, name) for name in names):
        name = schema + _quoted(f"{table}_{column}")
        _execute(f"CREATE INDEX {name} ON {_quoted(table)} ({_quoted(column)})")


def _analyse(model: type[Model]) -> None:
    """Let PostgreSQL know what is in it; nobody else does for a temporary table.

    Without, the planner guesses badly. A small sample tells enough; what is never compared costs
    most to look at and is spared.
    """
    compared = ", ".join(
        _quoted(_column(model, field.name))
        for field in model._meta.concrete_fields
        if not isinstance(field, JSONField)
    )
    _execute(
        "SET default_statistics_target = 10;"
        f" ANALYZE {_quoted(model._meta.db_table)} ({compared});"
        " RESET default_statistics_target"
    )


def _column(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, Field) and field.column  # noqa: S101 - only own columns are written
    return field.column


def _make_room() -> None:
    """Have PostgreSQL sort and join a chunk in memory, to the end of the transaction."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        _execute("SET LOCAL work_mem = '64MB'")


def look_up_by_index() -> None:
    """Have PostgreSQL find a batch's rows by index, to the end of the transaction.

    A random page costs it four times a successive one by default, as on a disk that turns: for a
    thousand rows it would read tables of a hundred thousand whole.
    """
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        _execute("SET LOCAL random_page_cost = 1.1")


def _create_temporary(model: type[Model]) -> None:
    columns = ", ".join(
        f"{_quoted(_column(model, field.name))} {field.db_type(connection)}"
        for field in model._meta.concrete_fields
    )
    _drop_temporary(model)  # one that a failed block has left behind
    _execute(f"CREATE TEMPORARY TABLE {_quoted(model._meta.db_table)} ({columns})")


def _drop_all(models: Iterable[type[Model]]) -> None:
    for model in models:
        _drop_temporary(model)


def _drop_temporary(model: type[Model]) -> None:
    schema = "pg_temp" if connection.vendor == "postgresql" else "temp"
    _execute(f"DROP TABLE IF EXISTS {schema}.{_quoted(model._meta.db_table)}")


def _create_shadow(table: str) -> None:
    """A temporary copy of a table's columns, checks and indexes, without its rows."""
    name = _quoted(table)
    if connection.vendor == "postgresql":
        _execute(f"CREATE TEMPORARY TABLE {name} (LIKE {name} INCLUDING ALL)")
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM main.sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL"
            " ORDER BY type DESC",
            [table],
        )
        statements = [row[0] for row in cursor.fetchall()]
    for statement in statements:
        statement = re.sub(r"^CREATE TABLE ", "CREATE TEMPORARY TABLE ", statement)
        statement = re.sub(r"^(CREATE (?:UNIQUE )?INDEX) ", r"\1 temp.", statement)
        _execute(statement)


@contextmanager
def _foreign_keys_unchecked() -> Iterator[None]:
    """SQLite looks for a temporary table's parents among the temporary ones: don't let it."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.disable_constraint_checking()
    try:
        yield
    finally:
        connection.enable_constraint_checking()


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _execute(sql: str, params: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
