"""Making or changing many records by a match key, set-based: what imports and the bulk API stand on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import audit
from kernel.access import Actor, may_add, require_open, visible
from kernel.context import get_door
from kernel.copying import blank_maker
from kernel.errors import Denied, Invalid, Problem
from kernel.events import publish_all
from kernel.ids import uuid7
from kernel.narrowing import TYPE, refuse_fields, refuse_matching, refuse_type, whole
from kernel.registry import Entity
from kernel.search.near import learn_words
from kernel.text.folding import match_key
from kernel.unique import problems_of, taken
from kernel.write import (
    Change,
    Memo,
    changes_between,
    fill_defaults,
    first_changes,
    follow_up,
    new_record,
    number,
    put,
    save_many,
    snapshot,
)

Values = Mapping[str, Any]


@dataclass
class RowResult:
    """What became of one row."""

    kind: Literal["made", "changed", "unchanged", "refused"]
    id: UUID | None = None
    problems: dict[str, list[Problem]] = field(default_factory=dict)


@transaction.atomic
def upsert_records(
    entity: str | Entity, rows: Sequence[Values], *, actor: Actor, match: Sequence[str], batch: UUID | None = None
) -> list[RowResult]:
    """One result a row, in order. All fields in `match` together are the key; rows with an empty key are new.

    The same key twice in one call: the later row changes what the earlier one made. Records that the actor may not
    see are not matched; ones seen but not the actor's to change are refused.
    """
    require_open()
    kind = whole(entity)
    refuse_matching(kind, match, actor=actor)
    return _Upsert(kind, actor, tuple(match), batch or uuid7()).run(rows)


@transaction.atomic
def change_records(
    entity: str | Entity, values: Mapping[UUID, Values], *, actor: Actor, batch: UUID | None = None
) -> dict[UUID, RowResult]:
    """Give many records values of their own, set-based; what the actor may not change is refused."""
    require_open()
    kind = whole(entity)
    return _Upsert(kind, actor, (), batch or uuid7()).run_by_id(values)


class _Upsert:
    def __init__(self, kind: Entity, actor: Actor, match: tuple[str, ...], batch: UUID) -> None:
        self.kind, self.actor, self.match, self.batch = kind, actor, match, batch
        self.memo: Memo = {}
        self.made: dict[UUID, Change] = {}
        self.changed: dict[UUID, Change] = {}
        self.may_add = may_add(kind, actor)
        self.blank = blank_maker(new_record(kind, actor))
        self.folded = {n for n in match if n == kind.title and hasattr(kind.model_class, "name_key")}

    def run(self, rows: Sequence[Values]) -> list[RowResult]:
        keys = [self.key(row) for row in rows]
        known = self._existing({key for key in keys if key}) if self.match else {}
        changeable = self._changeable(known)
        told = [self._row(row, key, known, changeable) for row, key in zip(rows, keys, strict=True)]
        results = self._refuse_taken(told)
        try:
            with transaction.atomic():
                self._save()
        except (IntegrityError, Invalid) as error:
            return self._one_by_one(rows, error)
        self._tell()
        return results

    def run_by_id(self, values: Mapping[UUID, Values]) -> dict[UUID, RowResult]:
        if not values:
            return {}
        seen = self.kind.records().filter(visible(self.kind, self.actor), pk__in=values)
        known = {(record.pk,): record for record in seen.select_for_update(of=("self",)).order_by("pk")}
        changeable = self._changeable(known)
        results = {pk: _denied() for pk in values}
        for (pk,), record in known.items():
            try:
                self._refuse(values[pk])
                results[pk] = self._change(record, values[pk], changeable)
            except Invalid as error:
                results[pk] = RowResult("refused", problems=error.problems)
        results = dict(zip(results, self._refuse_taken(list(results.values())), strict=True))
        try:
            with transaction.atomic():
                self._save()
        except (IntegrityError, Invalid) as error:
            if len(values) == 1:
                return dict.fromkeys(values, RowResult("refused", problems=_why(self.kind, error)))
            again = [_Upsert(self.kind, self.actor, (), self.batch).run_by_id({pk: v}) for pk, v in values.items()]
            return {pk: result for one in again for pk, result in one.items()}
        self._tell()
        return results

    # ── matching ──
    def _part(self, name: str, value: Any) -> Any:
        value = getattr(value, "pk", value)
        return match_key(value) if name in self.folded else value

    def key(self, values: Values) -> tuple[Any, ...] | None:
        parts = tuple(self._part(name, values.get(name)) for name in self.match)
        return None if not parts or any(part in (None, "") for part in parts) else parts

    def _existing(self, keys: Collection[tuple[Any, ...]]) -> dict[tuple[Any, ...], Any]:
        """Visible records by key, locked; found by the first match field, told apart by all."""
        first = self.match[0]
        column = "name_key" if first in self.folded else self.kind.field(first).column
        seen = self.kind.records().filter(visible(self.kind, self.actor))
        wanted = {key[0] for key in keys}
        found: dict[tuple[Any, ...], Any] = {}
        for record in seen.filter(**{f"{column}__in": wanted}).select_for_update(of=("self",)).order_by("pk"):
            key = tuple(self._part(name, getattr(record, self.kind.field(name).column)) for name in self.match)
            found.setdefault(key, record)
        return found

    def _changeable(self, known: Mapping[tuple[Any, ...], Any]) -> set[UUID]:
        ids = [record.pk for record in known.values()]
        allowed = visible(self.kind, self.actor, "change")
        if not allowed:
            return set(ids)
        return set(self.kind.records().filter(allowed, pk__in=ids).values_list("pk", flat=True))

    def _refuse(self, values: Values) -> None:
        if self.actor.fields:
            refuse_fields(self.kind, values, actor=self.actor)
        if values.get(TYPE) is not None:
            refuse_type(self.kind, values[TYPE], actor=self.actor)

    # ── one row ──
    def _row(
        self, values: Values, key: tuple[Any, ...] | None, known: dict[tuple[Any, ...], Any], changeable: set[UUID]
    ) -> RowResult:
        record = known.get(key) if key else None
        try:
            self._refuse(values)
            if record is None:
                return self._make(values, key, known, changeable)
            return self._change(record, values, changeable)
        except Invalid as error:
            return RowResult("refused", problems=error.problems)

    def _make(
        self, values: Values, key: tuple[Any, ...] | None, known: dict[tuple[Any, ...], Any], changeable: set[UUID]
    ) -> RowResult:
        if not self.may_add:
            return _denied()
        record = self.blank()
        full = fill_defaults(self.kind, values, self.actor, self.memo)
        for name, value in full.items():
            put(self.kind, record, name, value)
        if self.kind.prepare_function:
            self.kind.prepare_function(record, set(full), self.actor)
        self.made[record.pk] = Change(record, None, {})
        if key:
            known[key] = record
            changeable.add(record.pk)
        return RowResult("made", record.pk)

    def _change(self, record: Any, values: Values, changeable: set[UUID]) -> RowResult:
        if record.pk not in changeable:
            return _denied()
        before = snapshot(self.kind, record)
        different = set()
        for name, value in values.items():
            column = self.kind.field(name).column
            if getattr(record, column) != getattr(value, "pk", value):
                different.add(name)
                put(self.kind, record, name, value)
        if not different:
            return RowResult("unchanged", record.pk)
        try:
            if self.kind.prepare_function:
                self.kind.prepare_function(record, different, self.actor)
        except Invalid:
            for name, value in before.items():
                put(self.kind, record, self.kind.field(name).column, value)
            raise
        diff = changes_between(self.kind, before, snapshot(self.kind, record))
        if record.pk not in self.made and diff:
            earlier = self.changed.get(record.pk)
            before = earlier.before if earlier and earlier.before else before
            self.changed[record.pk] = Change(record, before, diff)
        return RowResult("changed" if diff else "unchanged", record.pk)

    # ── saving ──
    def _refuse_taken(self, results: list[RowResult]) -> list[RowResult]:
        """Rows whose unique value another record has, or an earlier row, are refused before anything is written."""
        refused = taken(self.kind, [c.record for c in (*self.made.values(), *self.changed.values())])
        for pk in refused:
            self.made.pop(pk, None)
            self.changed.pop(pk, None)
        return [RowResult("refused", problems=refused[r.id]) if r.id in refused else r for r in results]

    def _save(self) -> None:
        number(self.kind, [change.record for change in self.made.values()])
        for change in self.made.values():
            change.diff = first_changes(self.kind, change.record)
        for change in self.changed.values():
            assert change.before is not None
            change.diff = changes_between(self.kind, change.before, snapshot(self.kind, change.record))
        save_many(self.kind, list(self.made.values()), list(self.changed.values()))
        follow_up(self.kind, "created", list(self.made.values()), self.actor)
        follow_up(self.kind, "changed", list(self.changed.values()), self.actor)

    def _tell(self) -> None:
        rows = [("created", c) for c in self.made.values()] + [("changed", c) for c in self.changed.values()]
        told = ((verb, c.record, c.diff) for verb, c in rows)
        audit.record_changes(self.kind, told, actor=self.actor, batch=self.batch)
        if not rows:
            return
        learn_words(self.kind, (change.record for _verb, change in rows if self.kind.title in change.diff))
        payload = {"entity": self.kind.name, "batch": str(self.batch), "made": [str(pk) for pk in self.made],
                   "changed": [str(pk) for pk in self.changed]}  # fmt: skip
        events: list[tuple[str, dict[str, Any]]] = [(f"{self.kind.engine}.{self.kind.name}_imported", payload)]
        # Old sales brought in by a file are history, not news: nobody is to be congratulated on them.
        if self.kind.events_function and get_door().source != "import":
            events += [event for _, c in rows for event in self.kind.events_function(c.record, c.before)]
        publish_all(events)

    def _one_by_one(self, rows: Sequence[Values], error: IntegrityError | Invalid) -> list[RowResult]:
        """Something in the batch could not be kept (a unique value was taken, say): save each row on its own."""
        if len(rows) == 1:
            return [RowResult("refused", problems=_why(self.kind, error))]
        results = []
        for row in rows:
            results += _Upsert(self.kind, self.actor, self.match, self.batch).run([row])
        return results


def _why(kind: Entity, error: IntegrityError | Invalid) -> dict[str, list[Problem]]:
    return error.problems if isinstance(error, Invalid) else problems_of(kind, error)


def _denied() -> RowResult:
    return RowResult("refused", problems={"": [Problem(Denied.code, Denied.message)]})
