"""Indexes that a workspace has beyond its release: built and dropped beside the people's work, as the operator.

CREATE INDEX CONCURRENTLY holds up neither readers nor writers; it waits itself for transactions that began before it,
at most as long as `_PATIENCE`, then gives up and is tried again. What an attempt left half built is not valid, serves
nobody, and goes first. Names are within the schema, so they are in no release's way; archives do not carry them.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.db import Error, connection
from django.db.models import Model, Q
from django.db.models.sql import Query

from kernel.context import public_context, require_tenant
from kernel.errors import KernelError
from kernel.jobs import JobRun
from tenants import sql
from tenants.archive.leases import lease_kept
from tenants.direct import direct_connection

#: For the transactions that are older than the index, and for another's vacuum or index on the same table.
_PATIENCE: Final = "30s"
_PATIENT_SECONDS: Final = 600
_DUPLICATE: Final = "23505"
#: Indexes of other names belong to releases.
PREFIX: Final = "cf_"

_STANDING: Final = """
SELECT c.relname, i.indisvalid FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND starts_with(c.relname, 'cf_') AND c.relname = ANY(%(names)s)
UNION ALL SELECT stxname, true FROM pg_statistic_ext
WHERE stxnamespace = to_regnamespace(%(schema)s) AND starts_with(stxname, 'cf_') AND stxname = ANY(%(names)s)"""


@dataclass(frozen=True)
class FieldIndex:
    """An index over expressions, each with what stands behind it: a direction, or a class of operators.

    Or `statistics` of one expression: of indexes that have a condition the planner takes none.
    """

    name: str
    columns: tuple[tuple[Any, str], ...]
    condition: Q = field(default_factory=Q)
    method: Literal["btree", "gin", "statistics"] = "btree"
    unique: bool = False


@dataclass
class Built:
    """What `build_indexes` did. `duplicates` where the unique index found the same value twice."""

    made: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    duplicates: bool = False


def standing_indexes(names: Sequence[str]) -> dict[str, bool]:
    """Those of the bound workspace's indexes that exist, and whether each is complete."""
    schema = require_tenant().schema
    with public_context():
        return {name: bool(valid) for name, valid in sql.rows(_STANDING, {"schema": schema, "names": list(names)})}


def build_indexes(model: type[Model], indexes: Sequence[FieldIndex], *, run: JobRun | None = None) -> Built:
    """Make those of them that are missing in the bound workspace. Outside a transaction: each is one of its own."""
    schema, built = require_tenant().schema, Built()
    wanted = [(index.name, statement(model, index, schema)) for index in indexes]
    there = standing_indexes([name for name, _text in wanted])
    missing = [(name, text) for name, text in wanted if not there.get(name)]
    built.there = [name for name, _text in wanted if there.get(name)]
    if not missing:
        return built
    _require_no_transaction()
    with _kept(run), _patient(), _alone(schema):
        for name, text in missing:
            _drop(schema, name)
            _build(schema, name, text, built)
        sql.run(f"ANALYZE {_full(schema, model._meta.db_table)}")
    return built


def _require_no_transaction() -> None:
    """Told before the server would tell it: that would cost the transaction."""
    if connection.in_atomic_block:
        raise KernelError("Indexes are built outside a transaction.", code="in_transaction")


def _build(schema: str, name: str, text: str, built: Built) -> None:
    try:
        sql.run(text)
        built.made.append(name)
    except Error as error:
        code = getattr(error.__cause__, "pgcode", "")
        _drop(schema, name)
        if code != _DUPLICATE:
            raise
        built.duplicates = True


def drop_indexes(names: Iterable[str]) -> None:
    """Take indexes away that nobody asks for any more."""
    listed = list(names)
    if any(not name.startswith(PREFIX) for name in listed):
        raise KernelError("Only indexes of an organization's own fields are dropped here.")
    there = standing_indexes(listed)
    schema = require_tenant().schema
    if there:
        _require_no_transaction()
        with _patient(), _alone(schema):
            for name in there:
                _drop(schema, name)


def _drop(schema: str, name: str) -> None:
    sql.run(f"DROP STATISTICS IF EXISTS {_full(schema, name)}")
    sql.run(f"DROP INDEX CONCURRENTLY IF EXISTS {_full(schema, name)}")


def _full(schema: str, name: str) -> str:
    return f"{sql.quoted(schema)}.{connection.ops.quote_name(name)}"


@contextmanager
def _kept(run: JobRun | None) -> Iterator[None]:
    if run is None:
        yield
        return
    with lease_kept(run):
        yield


@contextmanager
def _patient() -> Iterator[None]:
    """On a connection of our own, since the setting must hold across statements that are transactions themselves."""
    with direct_connection():
        sql.run(f"SET lock_timeout = '{_PATIENCE}'")
        try:
            yield
        finally:
            sql.run("RESET lock_timeout")


@contextmanager
def _alone(schema: str) -> Iterator[None]:
    """Two that work on one table would wait for each other without end: the first for everybody's older snapshot, the
    second, with such a snapshot, for the table. Asked for again and again, since who waits in the server has one too.
    """
    lock, until = [f"indexes of {schema}"], time.monotonic() + _PATIENT_SECONDS
    while not sql.one("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", lock):
        if time.monotonic() > until:
            raise KernelError("Another index of this workspace is being made.", code="busy")
        time.sleep(0.2)
    try:
        yield
    finally:
        sql.run("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", lock)


def statement(model: type[Model], index: FieldIndex, schema: str) -> str:
    """What makes it, with the table's full name: outside a transaction no path is bound.

    The expressions are compiled as in a query, so that the planner knows them again there.
    """
    query = Query(model, alias_cols=False)
    compiler = query.get_compiler(connection=connection)

    def text_of(expression: Any) -> str:
        found, params = compiler.compile(expression.resolve_expression(query))
        return _filled(found, params)

    table = _full(schema, model._meta.db_table)
    if index.method == "statistics":
        ((expression, _how),) = index.columns
        return f"CREATE STATISTICS {_full(schema, index.name)} ON ({text_of(expression)}) FROM {table}"
    columns = ", ".join(f"({text_of(expression)}) {how}".strip() for expression, how in index.columns)
    condition = _filled(*query.build_where(index.condition).as_sql(compiler, connection)) if index.condition else ""
    where = f" WHERE {condition}" if condition else ""
    unique = "UNIQUE " if index.unique else ""
    return (
        f"CREATE {unique}INDEX CONCURRENTLY {connection.ops.quote_name(index.name)}"
        f" ON {table} USING {index.method} ({columns}){where}"
    )


def _filled(text: str, params: Any) -> str:
    with public_context(), connection.cursor() as cursor:
        return str(cursor.mogrify(text, tuple(params)).decode())
