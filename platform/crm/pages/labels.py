"""Names of related records, read once a target whatever the number of rows, and only of what one may see."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kernel.access import Actor, deleted_records_for, entity_for, records_visible_to
from kernel.query import labels_for
from kernel.registry import Entity, Field


def shows(kind: Entity, name: str) -> bool:
    """Whether this entity, as its reader may know it, has a field and shows its value."""
    field = kind.all_fields.get(name)
    return field is not None and not field.masked


class Labels:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._known: dict[str, dict[UUID, str]] = {}
        self._tiers: dict[UUID, str] = {}
        self._deleted: set[UUID] = set()

    def load(self, records: Iterable[Any], fields: Iterable[Field]) -> "Labels":
        """Learn the names of everything that these relation fields of these records point at."""
        relations = [field for field in fields if field.kind == "relation" and not field.asks]
        wanted: dict[str, set[UUID]] = {}
        for record in records if relations else ():
            for field in relations:
                if (pk := getattr(record, field.column)) is not None:
                    wanted.setdefault(field.target, set()).add(pk)
        return self.learn(wanted)

    def learn(self, wanted: Mapping[str, Iterable[UUID]]) -> "Labels":
        for target, ids in wanted.items():
            known = self._known.setdefault(target, {})
            if missing := set(ids) - known.keys():
                known.update(self._read(target, missing))
                self._learn_deleted(target, missing - known.keys(), known)
        return self

    def _learn_deleted(self, target: str, missing: set[UUID], known: dict[UUID, str]) -> None:
        """What was deleted keeps its name for whoever could see it, so that a relation to it is no riddle."""
        if missing:
            kind = entity_for(self.actor, target)
            for record in deleted_records_for(self.actor, kind, missing):
                known[record.pk] = kind.title_of(record)
                self._deleted.add(record.pk)

    def is_deleted(self, pk: UUID | None) -> bool:
        return pk in self._deleted

    def _read(self, target: str, missing: Iterable[UUID]) -> dict[UUID, str]:
        """Names; of customers their tiers too, in the same query."""
        kind = entity_for(self.actor, target)
        if not shows(kind, "tier"):
            return labels_for(kind, sorted(missing), actor=self.actor)
        rows = records_visible_to(self.actor, kind).filter(pk__in=sorted(missing))
        found = list(rows.values_list("pk", kind.title, "tier"))
        self._tiers.update({pk: tier for pk, _title, tier in found if tier})
        return {pk: str(title or "—") for pk, title, _tier in found}

    def tier(self, pk: UUID | None) -> str:
        """The value tier of a customer whose name is known here."""
        return "" if pk is None else self._tiers.get(pk, "")

    def get(self, target: str, pk: UUID | None) -> str:
        """Its name, or nothing when it may not be seen or is gone."""
        return "" if pk is None else self._known.get(target, {}).get(pk, "")
