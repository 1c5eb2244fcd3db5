"""A workspace's tables as one SQL text, recorded once while migrating a scratch schema and replayed ever after.

Migrating takes seconds a workspace; replaying the same statements in one message takes a tenth. The text is stored
with a hash of the migration files, so it is built again when one of them changes. A test proves replay ≡ migrate.
"""

import logging
from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.db import connection, transaction

from kernel.context import public_context
from kernel.registry import registry
from tenants import sql
from tenants.migrating import Applied, Record, migrate_here, scratch_schema
from tenants.models import SchemaTemplate
from tenants.versions import CORE, labels_of_part, migrations_of, parts, version_of

log = logging.getLogger(__name__)


class StaleTemplate(RuntimeError):
    """The stored SQL is older than the migrations: `manage.py release` has not run since."""


def foundation(part: str) -> tuple[str, ...]:
    """Parts that stand below this one, lowest first."""
    if part == CORE:
        return ()
    needed = [name for name in registry.module(part).depends if not registry.module(name).always_on]
    below = [CORE, *(lower for name in needed for lower in (*foundation(name), name))]
    return tuple(dict.fromkeys(below))


def record_tables(part: str, below: Iterable[str], only: Applied | None = None) -> str:
    """The SQL that makes a part's tables on top of `below`: of all its migrations, or of those named."""
    record = Record()
    with scratch_schema():
        for text in below:
            sql.run(text)
        with connection.execute_wrapper(record):
            migrate_here(labels_of_part(part), only)
    return record.take()


def build(part: str) -> SchemaTemplate:
    """Record the migrations of one part and store them as its template."""
    below, migrations = [template_of(lower).sql for lower in foundation(part)], migrations_of(part)
    with public_context():
        old = SchemaTemplate.objects.filter(part=part).first() or SchemaTemplate(part=part)
    if old.migrations and old.migrations.items() <= migrations.items():
        # Recording takes seconds, since Django pictures every model anew at each step: only what came since is new.
        added = record_tables(part, [*below, old.sql]) if len(old.migrations) < len(migrations) else ""
        text = f"{old.sql}\n{added}".rstrip()
    else:
        text = record_tables(part, below)
    made = {"version": version_of(part), "sql": text, "migrations": migrations}
    if old.migrations != migrations:
        made |= {"former_sql": old.sql, "former_migrations": old.migrations}
    with public_context(), transaction.atomic():
        template, _made = SchemaTemplate.objects.update_or_create(part=part, defaults=made)
    return template


def known_text(part: str, applied: Applied) -> str:
    """The stored SQL of the part as it is after just these migrations of it; "" where none is kept."""
    wanted = {f"{app}.{name}" for app, name in applied}
    with public_context():
        kept = SchemaTemplate.objects.filter(part=part).first()
    if kept and kept.migrations.keys() == wanted:
        return kept.sql
    return kept.former_sql if kept and kept.former_migrations.keys() == wanted else ""


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
        raise StaleTemplate(f"The tables of {part!r} changed. Run `manage.py release`.")
    return found


def replay(part: str) -> None:
    """Make a part's tables in the schema that is bound now."""
    try:
        text = template_of(part).sql
    except StaleTemplate:
        # During a release the code of the version before still serves, and people sign up. It takes seconds, once.
        log.warning("No stored template of %s is of this version; its own is recorded.", part)
        text = _recorded(part, version_of(part))
    sql.run(f"SET CONSTRAINTS ALL IMMEDIATE;\n{text}\nSET CONSTRAINTS ALL DEFERRED;")


@cache
def _recorded(part: str, version: str) -> str:
    """What the template of this version would be, for the life of this process."""
    return record_tables(part, [_recorded(lower, version_of(lower)) for lower in foundation(part)])


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
