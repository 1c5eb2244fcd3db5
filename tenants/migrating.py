"""Running migrations in the schema that is bound now, and keeping the statements they send."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection, transaction
from django.db.migrations import AddIndex, RemoveIndex, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from kernel.context import Tenant, tenant_context
from kernel.ids import uuid7
from tenants import sql
from tenants.router import core_labels, engines_in_hand

#: Migrations by app label and name, as django_migrations knows them.
Applied = frozenset[tuple[str, str]]

_READS = ("SELECT", "SHOW", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS ALL")


class Record:
    """An execute wrapper that keeps every statement that changes something, parameters written in."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.rolled_back = False

    def __call__(self, execute: Callable[..., Any], query: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(query, params, many, context)
        text = str(query).lstrip()
        self.rolled_back |= text.upper().startswith("ROLLBACK")
        if not text.upper().startswith(_READS) or "setval(" in text:
            cursor = context["cursor"]
            for values in params if many else [params]:
                filled = text if values is None else cursor.mogrify(text, values).decode()
                self.statements.append(filled.rstrip().rstrip(";") + ";")
        return result

    def take(self) -> str:
        """What was kept since the last call, as one text."""
        if self.rolled_back:
            raise RuntimeError("A migration rolled back to a savepoint; its statements cannot be replayed.")
        text, self.statements = "\n".join(self.statements), []
        return text


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


@contextmanager
def tables_of(labels: frozenset[str]) -> Iterator[None]:
    """Let the router make the tables of these apps too."""
    token = engines_in_hand.set(labels - core_labels())
    try:
        yield
    finally:
        engines_in_hand.reset(token)


def plain(operation: Operation) -> Operation:
    """What builds or drops an index without locking cannot run in a transaction; where nobody waits, it need not."""
    if isinstance(operation, AddIndexConcurrently):
        return AddIndex(operation.model_name, operation.index)
    if isinstance(operation, RemoveIndexConcurrently):
        return RemoveIndex(operation.model_name, operation.name)
    if isinstance(operation, SeparateDatabaseAndState):
        inner = [plain(one) for one in operation.database_operations]
        return SeparateDatabaseAndState(inner, operation.state_operations)
    return operation


def migrate_here(labels: frozenset[str], only: Applied | None = None) -> None:
    """Run the pending migrations of these apps in the schema that is bound now; `only` these, where it is given."""
    with tables_of(labels):
        executor = MigrationExecutor(connection)
        for migration in executor.loader.graph.nodes.values():
            migration.operations = [plain(one) for one in migration.operations]
        plan = executor.migration_plan([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])
        if only is not None:
            plan = [step for step in plan if (step[0].app_label, step[0].name) in only]
        executor.migrate(None, plan=plan)
