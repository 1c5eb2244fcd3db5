"""One schema at another moment in history: made as it was, and brought to now."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from kernel.context import Tenant, operator_context, tenant_context
from tenants import roles, sql
from tenants.migrating import Applied
from tenants.releases.plans import Plan, Python, Step, make_plan, tables_at
from tenants.versions import labels_of_part, parts, version_of


class UnknownMigrations(RuntimeError):
    """Migrations that this code does not have, or a set in which one misses what it stands on."""


def applied_here() -> Applied:
    """The migrations of the schema that is bound now."""
    return frozenset((app, name) for app, name in sql.rows("SELECT app, name FROM django_migrations"))


def parts_at(applied: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The parts that have tables after these migrations."""
    labels = {app for app, _name in applied}
    return tuple(part for part in parts() if labels & labels_of_part(part))


def build_schema_at(schema: str, applied: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Make a schema, with its role, as it was when it had just these migrations; its parts. All of it or nothing."""
    wanted = frozenset(applied)
    _check(wanted)
    having = parts_at(wanted)
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        texts = tables_at(wanted, having)
        sql.create_schema(schema)
        roles.create_role(schema)
        for text in texts:
            sql.run(f"SET CONSTRAINTS ALL IMMEDIATE;\n{text}\nSET CONSTRAINTS ALL DEFERRED;")
        if applied_here() != wanted:
            raise UnknownMigrations(f"{schema} cannot be made: {_names(applied_here() ^ wanted)}")
    return having


def upgrade_schema(schema: str, having: Iterable[str]) -> dict[str, str]:
    """Bring one schema, whosever it is, to the code's release; the version of each of its parts then.

    Everything in one transaction, the caller's if there is one: a failure leaves it as it was.
    """
    having = tuple(part for part in parts() if part in set(having))
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        run_here(make_plan(applied_here(), having))
    return {part: version_of(part) for part in having}


def run_here(plan: Plan) -> None:
    """In the schema that is bound now, inside the transaction that is open."""
    sql.run("SET CONSTRAINTS ALL IMMEDIATE")
    for step in plan.steps:
        run_step(step)
    sql.run("SET CONSTRAINTS ALL DEFERRED")


def run_step(step: Step) -> None:
    with operator_context():
        for piece in step.pieces:
            if isinstance(piece, Python):
                with connection.schema_editor(atomic=False) as editor:
                    piece.code(piece.apps, editor)
            else:
                sql.run(piece.text)
        sql.run(step.note)


def _check(wanted: Applied) -> None:
    loader = MigrationLoader(None)
    if strangers := wanted - loader.disk_migrations.keys():
        raise UnknownMigrations(f"This version does not know {_names(strangers)}.")
    ours = {app for app, _name in wanted}
    for key in wanted & loader.graph.nodes.keys():
        needed = {node for node in loader.graph.forwards_plan(key) if node[0] in ours}
        if missing := needed - wanted:
            raise UnknownMigrations(f"{'.'.join(key)} stands on {_names(missing)}.")


def _names(keys: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(f"{app}.{name}" for app, name in keys))
