"""What brings a schema from the migrations it has to the code's: made once, for every schema in the same state.

The SQL is recorded while a scratch schema of that state is migrated. What a migration does in Python is not run there
but kept as a step: it runs in every workspace, on the models of its own moment in history, never on today's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps.registry import Apps
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection, router
from django.db.migrations import Migration, RunPython, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants import sql
from tenants.migrating import Applied, Record, plain, scratch_schema, tables_of
from tenants.templates import foundation, known_text, record_tables
from tenants.versions import labels_of_part, parts

#: Stands for the quoted schema in statements that run outside a transaction, where no search_path is bound.
SCHEMA = "__SCHEMA__"
_CONCURRENT = (AddIndexConcurrently, RemoveIndexConcurrently)


@dataclass(frozen=True)
class Sql:
    text: str


@dataclass(frozen=True)
class Python:
    name: str
    code: Callable[[Any, Any], None]
    apps: Apps


@dataclass(frozen=True)
class Index:
    """An index made or dropped: in the transaction where the table is small, on its own where it is big."""

    table: str
    name: str
    text: str
    concurrently: str

    def alone(self, schema: str) -> str:
        return self.concurrently.replace(SCHEMA, sql.quoted(schema))


Piece = Sql | Python | Index


@dataclass(frozen=True)
class Step:
    """One migration: its pieces, and what notes in django_migrations that it ran."""

    app: str
    name: str
    pieces: tuple[Piece, ...]
    note: str
    #: Why it may do what a migration should not; "" mostly. See tenants/releases/safety.py.
    accepted: str = ""

    @property
    def indexes(self) -> tuple[Index, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Index))


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]

    @property
    def needs_python(self) -> bool:
        return any(isinstance(piece, Python) for step in self.steps for piece in step.pieces)

    @property
    def indexes(self) -> tuple[Index, ...]:
        return tuple(index for step in self.steps for index in step.indexes)

    @property
    def text(self) -> str:
        """Everything as one SQL text, Python steps as comments."""
        return "\n".join(line for step in self.steps for line in _lines(step))


def _lines(step: Step) -> Iterable[str]:
    for piece in step.pieces:
        if isinstance(piece, Python):
            yield f"-- {step.app}.{step.name}: {piece.name}()"
        else:
            yield piece.text
    yield step.note


@cache
def _tables_at(part: str, own: Applied, below: tuple[str, ...]) -> str:
    return record_tables(part, below, only=own)


def tables_at(applied: Applied, among: Iterable[str]) -> list[str]:
    """SQL for the tables of each of these parts as they were after these migrations, in the order of the parts."""
    made: dict[str, str] = {}
    wanted = set(among)
    for part in parts():
        if part in wanted:
            labels = labels_of_part(part)
            below = tuple(made[lower] for lower in foundation(part))
            own = frozenset(key for key in applied if key[0] in labels)
            made[part] = known_text(part, own) or _tables_at(part, own, below)
    return list(made.values())


def make_plan(applied: Applied, among: Iterable[str]) -> Plan:
    among = tuple(among)
    below = tables_at(applied, among)
    labels = frozenset[str]().union(*(labels_of_part(part) for part in among))
    with scratch_schema(), tables_of(labels):
        for text in below:
            sql.run(text)
        return _Planner(labels).plan()


class _Planner:
    """Migrates the schema that is bound, a scratch one, and keeps what it did as steps."""

    def __init__(self, labels: frozenset[str]) -> None:
        self.executor = MigrationExecutor(connection)
        leaves = [node for node in self.executor.loader.graph.leaf_nodes() if node[0] in labels]
        self.pending = [migration for migration, _back in self.executor.migration_plan(leaves)]
        self.record = Record()
        self.pieces: list[Piece] = []
        self.alone = False

    def plan(self) -> Plan:
        if not self.pending:
            return Plan(())
        state = self.executor.migrate(None, plan=[])
        with connection.execute_wrapper(self.record):
            return Plan(tuple([self._step(migration, state) for migration in self.pending]))

    def _step(self, migration: Migration, state: ProjectState) -> Step:
        self.pieces = []
        # Beside anything else such a piece could not be done again after a kill: then it stays in the transaction.
        self.alone = all(isinstance(operation, _CONCURRENT) for operation in migration.operations)
        with connection.schema_editor(atomic=True) as editor:
            for operation in migration.operations:
                old = state.clone()
                operation.state_forwards(migration.app_label, state)
                self._forwards(operation, migration.app_label, editor, old, state)
        self._keep()
        self.executor.record_migration(migration)  # type: ignore[call-arg, arg-type]  # the stubs are of another version
        accepted = str(getattr(migration, "accepted", ""))
        return Step(migration.app_label, migration.name, tuple(self.pieces), self.record.take(), accepted)

    def _keep(self) -> None:
        if text := self.record.take():
            self.pieces.append(Sql(text))

    def _forwards(self, operation: Operation, label: str, editor: Any, old: ProjectState, new: ProjectState) -> None:
        if isinstance(operation, SeparateDatabaseAndState):
            for inner in operation.database_operations:
                after = old.clone()
                inner.state_forwards(label, after)
                self._forwards(inner, label, editor, old, after)
                old = after
        elif isinstance(operation, RunPython):
            if router.allow_migrate(connection.alias, label, **operation.hints):
                self._keep()
                old.clear_delayed_apps_cache()
                name = getattr(operation.code, "__name__", repr(operation.code))
                self.pieces.append(Python(name, operation.code, old.apps))
        elif isinstance(operation, _CONCURRENT) and self.alone:
            self._keep()
            plain(operation).database_forwards(label, editor, old, new)
            self.pieces.append(self._index(operation, label, editor, old, new))
        else:
            plain(operation).database_forwards(label, editor, old, new)

    def _index(self, operation: Any, label: str, editor: Any, old: ProjectState, new: ProjectState) -> Index:
        if isinstance(operation, AddIndexConcurrently):
            model = new.apps.get_model(label, operation.model_name)
            statement = operation.index.create_sql(model, editor, concurrently=True)
            table = model._meta.db_table
            statement.parts["table"] = f"{SCHEMA}.{connection.ops.quote_name(table)}"  # type: ignore[assignment]  # text will do
            text = str(statement).replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS", 1)
            # What an attempt that was killed may have left, whole or not, goes first.
            again = f"DROP INDEX IF EXISTS {connection.ops.quote_name(operation.index.name)};\n{self.record.take()}"
            return Index(table, operation.index.name, again, text)
        table = old.apps.get_model(label, operation.model_name)._meta.db_table
        text = f"DROP INDEX CONCURRENTLY IF EXISTS {SCHEMA}.{connection.ops.quote_name(operation.name)}"
        return Index(table, operation.name, self.record.take(), text)
