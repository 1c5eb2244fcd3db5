"""Which migrations may be released while the code of one version before still serves: those that only add.

A release changes tables under running processes, and for a while the old code meets the new tables and the new code the
old ones. So nothing may go away, change its name or its kind, or hold a lock for as long as a big table takes to read.
Removing is done a version later, by a migration that says `accepted = "why it is safe now"`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib.postgres import operations as postgres
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.releases.columns import problems_of_added, problems_of_altered

_CONCURRENT: Final = (postgres.AddIndexConcurrently, postgres.RemoveIndexConcurrently)
#: Operations that touch no row, hold no lock for long, and that the old code does not notice.
_HARMLESS: Final = (
    operations.AlterModelOptions, operations.AlterModelManagers, operations.AlterModelTableComment,
    operations.RemoveIndex, operations.RemoveConstraint, operations.RenameIndex, operations.RunPython,
    operations.AlterConstraint, postgres.AddConstraintNotValid, postgres.ValidateConstraint,
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something in a migration that is not safe, and the reason for which it is let through, if there is one."""

    migration: str
    problem: str
    accepted: str = ""

    def __str__(self) -> str:
        return f"{self.migration}: {self.problem}" + (f" (accepted: {self.accepted})" if self.accepted else "")


def findings() -> list[Finding]:
    """Of every migration of our own and of the engines; what other libraries bring is theirs."""
    loader = MigrationLoader(None)
    own = _own_labels()
    state = ProjectState()
    found: list[Finding] = []
    for key in _in_order(loader):
        migration = loader.graph.nodes[key]
        if key[0] in own:
            found += of_migration(migration, state)
        state = migration.mutate_state(state, preserve=False)
    return found


def of_migration(migration: Migration, state: ProjectState) -> list[Finding]:
    """`state` is that before the migration; it stays as it is."""
    name = f"{migration.app_label}.{migration.name}"
    accepted = str(getattr(migration, "accepted", ""))
    problems = _Look(migration.app_label, state.clone()).at(migration.operations)
    return [Finding(name, problem, accepted) for problem in problems]


def _in_order(loader: MigrationLoader) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for leaf in sorted(loader.graph.leaf_nodes()):
        for key in loader.graph.forwards_plan(leaf):
            if key not in seen:
                seen.add(key)
                yield key


def _own_labels() -> set[str]:
    from kernel.registry import registry

    engines = {module.app_label for module in registry.modules}
    root = Path(settings.ROOT)
    ours = {one.label for one in apps.get_app_configs() if root in Path(one.path).parents and ".venv" not in one.path}
    return ours | engines


@dataclass
class _Look:
    """Walks the operations of one migration; `made` are the models it makes itself, whose tables are still empty."""

    label: str
    state: ProjectState
    made: set[str] = field(default_factory=set)

    def at(self, every: Sequence[Operation]) -> list[str]:
        problems = list(self._together(every))
        for operation in every:
            problems += self._one(operation)
            operation.state_forwards(self.label, self.state)
        return problems

    def _together(self, every: Sequence[Operation]) -> Iterator[str]:
        alone = [isinstance(one, _CONCURRENT) for one in every]
        if any(alone) and not all(alone):
            yield "an index built without locking needs a migration of its own: a kill would leave the rest done half"
        fresh = {str(one.constraint.name) for one in every if isinstance(one, postgres.AddConstraintNotValid)}
        for one in every:
            if isinstance(one, postgres.ValidateConstraint) and one.name in fresh:
                yield f"{one.name} is validated under the lock that added it: validate it in the next migration"

    def _one(self, operation: Operation) -> list[str]:
        if isinstance(operation, operations.CreateModel):
            self.made.add(operation.name_lower)
            return []
        if isinstance(operation, operations.SeparateDatabaseAndState):
            inner = _Look(self.label, self.state.clone(), self.made)
            return inner.at(operation.database_operations)
        if isinstance(operation, (*_HARMLESS, *_CONCURRENT)):
            return []
        about = getattr(operation, "model_name", None) or getattr(operation, "name", None) or ""
        if about.lower() in self.made:
            return []
        return [f"{_what(operation)} {problem}" for problem in self._problems(operation)]

    def _problems(self, operation: Operation) -> list[str]:
        if isinstance(operation, operations.AddField):
            return problems_of_added(operation.field)
        if isinstance(operation, operations.AlterField):
            before = self.state.models[self.label, operation.model_name_lower].fields[operation.name]
            return problems_of_altered(before, operation.field)
        for kinds, problem in _REFUSED:
            if isinstance(operation, kinds):
                return [problem]
        return ["is not known to be safe"]


_REFUSED: Final[tuple[tuple[Any, str], ...]] = (
    ((operations.RemoveField, operations.DeleteModel), "takes away what the old code still reads"),
    ((operations.RenameField, operations.RenameModel, operations.AlterModelTable),
     "changes a name that the old code still uses: add the new one, copy, and drop the old one a version later"),
    (operations.AddIndex, "locks the table while it builds: use AddIndexConcurrently"),
    (operations.AddConstraint,
     "locks the table while it checks every row: AddConstraintNotValid, then ValidateConstraint in the next migration;"
     " a unique one needs an index built without locking first"),
    ((operations.AlterUniqueTogether, operations.AlterIndexTogether, operations.AlterOrderWithRespectTo),
     "builds an index or a column under a lock"),
    (operations.RunSQL, "cannot be judged: say it with operations"),
)  # fmt: skip


def _what(operation: Operation) -> str:
    return f"“{operation.describe()}”"
