"""A record's own columns and what hangs on it in step: the written half that both directions share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel import audit
from kernel.access import Actor
from kernel.events import publish_all
from kernel.ids import uuid7
from kernel.registry import registry
from kernel.write import Change, changes_between, save_changed, snapshot

Whole = tuple[str, UUID]


def wholes_of(changes: Sequence[Change]) -> set[Whole]:
    """Whose parts were written: those they belong to now, and those they were taken from."""
    found: set[tuple[str, Any]] = set()
    for change in changes:
        for name in ("account", "contact"):
            found.add((name, getattr(change.record, f"{name}_id")))
            found |= {(name, UUID(str(old))) for old in change.diff.get(name, [None])[:1] if old}
    return {whole for whole in found if whole[1]}


def locked(wholes: Iterable[Whole]) -> dict[Whole, Any]:
    """The records themselves, locked in one order, so that two writers of one customer's parts take turns."""
    records: dict[Whole, Any] = {}
    for name in ("account", "contact"):
        ids = sorted({pk for entity, pk in wholes if entity == name})
        if ids:
            rows = registry.entity(name).model_class._default_manager.select_for_update(of=("self",))
            records |= {(name, row.pk): row for row in rows.filter(pk__in=ids).order_by("pk")}
    return records


def by_whole(rows: Iterable[Any]) -> dict[Whole, list[Any]]:
    grouped: dict[Whole, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.whole, []).append(row)
    return grouped


def parts_of(model: Any, wholes: Iterable[Whole]) -> dict[Whole, list[Any]]:
    """Live parts of these records, the oldest first; one query for accounts and one for contacts."""
    rows: list[Any] = []
    for name in ("account", "contact"):
        ids = {pk for entity, pk in wholes if entity == name}
        if ids:
            rows += model._default_manager.filter(**{f"{name}_id__in": ids}).order_by("id")
    return by_whole(rows)


def write_columns(values: Mapping[Whole, Mapping[str, str]], records: Mapping[Whole, Any], *, actor: Actor) -> None:
    """Give records what their primary parts say, with audit and event, as if somebody had written it there."""
    for name in ("account", "contact"):
        kind, changes, quiet = registry.entity(name), [], []
        for whole, record in records.items():
            if whole[0] != name or whole not in values:
                continue
            before = snapshot(kind, record)
            more = values[whole].get("more_text", record.more_text)
            differs, record.more_text = more != record.more_text, more
            for column, value in values[whole].items():
                setattr(record, column, value)
            diff = changes_between(kind, before, snapshot(kind, record))
            if diff:
                changes.append(Change(record, before, diff))
            elif differs:
                quiet.append(record)
        save_changed(kind, changes)
        if quiet:
            kind.model_class._default_manager.bulk_update(quiet, ["more_text"], batch_size=500)
        _tell(kind, changes, actor)


def _tell(kind: Any, changes: Sequence[Change], actor: Actor) -> None:
    if not changes:
        return
    audit.record_changes(kind, (("changed", c.record, c.diff) for c in changes), actor=actor, batch=uuid7())
    publish_all([
        (f"{kind.engine}.{kind.name}_changed", {"id": str(c.record.pk), "entity": kind.name, "changes": c.diff})
        for c in changes
    ])  # fmt: skip


def settle_primary(rows: Sequence[Any], fresh: set[UUID]) -> Any:
    """Leave one primary among rows of a kind: the one just made so, else the one that was, else the oldest."""
    if not rows:
        return None
    chosen = next((r for r in rows if r.is_primary and r.pk in fresh), None)
    chosen = chosen or next((r for r in rows if r.is_primary), rows[0])
    model: Any = type(chosen)
    if demoted := [r.pk for r in rows if r.is_primary and r is not chosen]:
        model._default_manager.filter(pk__in=demoted).update(is_primary=False)
    if not chosen.is_primary:
        model._default_manager.filter(pk=chosen.pk).update(is_primary=True)
        chosen.is_primary = True
    return chosen
