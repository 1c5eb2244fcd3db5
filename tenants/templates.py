"""A workspace's tables as one SQL text, recorded once while migrating a scratch schema and replayed ever after.

Migrating takes seconds a workspace; replaying the same statements in one message takes a tenth. The text is stored
with a hash of the migration files, so it is built again when one of them changes. A test proves replay ≡ migrate.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from kernel.registry import registry
from tenants import sql
from tenants.models import SchemaTemplate
from tenants.router import core_labels, engines_in_hand
from tenants.versions import CORE, labels_of_part, parts, version_of

_READS = ("SELECT", "SHOW", "SAVEPOINT", "RELEASE", "SET CONSTRAINTS ALL")


class StaleTemplate(RuntimeError):
    """The stored SQL is older than the migrations: `manage.py prepare` has not run since."""


def migrate_here(labels: frozenset[str]) -> None:
    """Run the pending migrations of these apps in the schema that is bound now."""
    token = engines_in_hand.set(labels - core_labels())
    try:
        executor = MigrationExecutor(connection)
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])
    finally:
        engines_in_hand.reset(token)


@contextmanager
def scratch_schema() -> Iterator[str]:
    """A schema that never was: made, used and rolled back."""
    schema = f"s_{uuid7().hex}"
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        sql.create_schema(schema)
        # Rows written by one migration must not hold up the ALTER TABLE of the next.
        sql.run("SET CONSTRAINTS ALL IMMEDIATE")
        yield schema
        transaction.set_rollback(True)


class _Record:
    """An execute wrapper that keeps every statement that changes something, parameters written in."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., Any], query: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(query, params, many, context)
        text = str(query).lstrip()
        if text.upper().startswith("ROLLBACK"):
            raise RuntimeError("A migration rolled back to a savepoint; its statements cannot be replayed.")
        if not text.upper().startswith(_READS) or "setval(" in text:
            cursor = context["cursor"]
            for values in params if many else [params]:
                filled = text if values is None else cursor.mogrify(text, values).decode()
                self.statements.append(filled.rstrip().rstrip(";") + ";")
        return result


def _foundation(part: str) -> tuple[str, ...]:
    """Parts that stand below this one, lowest first."""
    if part == CORE:
        return ()
    needed = [name for name in registry.module(part).depends if not registry.module(name).always_on]
    below = [CORE, *(lower for name in needed for lower in (*_foundation(name), name))]
    return tuple(dict.fromkeys(below))


def build(part: str) -> SchemaTemplate:
    """Record the migrations of one part and store them as its template."""
    below = [template_of(lower) for lower in _foundation(part)]
    record = _Record()
    with scratch_schema():
        for template in below:
            sql.run(template.sql)
        with connection.execute_wrapper(record):
            migrate_here(labels_of_part(part))
    with public_context(), transaction.atomic():
        text = "\n".join(record.statements)
        template, _made = SchemaTemplate.objects.update_or_create(
            part=part, defaults={"version": version_of(part), "sql": text}
        )
    return template


def build_stale() -> tuple[str, ...]:
    """Build what is missing or older than its migrations; the names of what was built."""
    with public_context():
        known = dict(SchemaTemplate.objects.values_list("part", "version"))
    stale = tuple(part for part in parts() if known.get(part) != version_of(part))
    for part in stale:
        build(part)
    with public_context():
        SchemaTemplate.objects.exclude(part__in=parts()).delete()
    return stale


def template_of(part: str) -> SchemaTemplate:
    with public_context():
        found = SchemaTemplate.objects.filter(part=part).first()
    if found is None or found.version != version_of(part):
        raise StaleTemplate(f"The tables of {part!r} changed. Run `manage.py prepare`.")
    return found


def replay(part: str) -> None:
    """Make a part's tables in the schema that is bound now."""
    sql.run(f"SET CONSTRAINTS ALL IMMEDIATE;\n{template_of(part).sql}\nSET CONSTRAINTS ALL DEFERRED;")


def drop_tables(part: str) -> None:
    """Drop an engine's tables and forget its migrations, in the schema that is bound now."""
    labels = sorted(labels_of_part(part))
    tables = [
        model._meta.db_table
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    if tables:
        names = ", ".join(connection.ops.quote_name(table) for table in tables)
        sql.run(f"DROP TABLE IF EXISTS {names} CASCADE")
    sql.run("DELETE FROM django_migrations WHERE app = ANY(%s)", [labels])
