"""One batch of rows: read, resolve, write. Every row that goes in comes out as made, changed, unchanged or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.imports import problems as said
from crm.imports.further import meet_by_further
from crm.imports.plan import Plan, RelationColumn, ValueColumn
from crm.imports.problems import CellProblem
from crm.imports.reader import Column, Row, text_of
from crm.imports.reader.headings import is_blank
from crm.imports.relations import Finder, Wish, default_scope, differing
from crm.services.tags import known_names, names_in, put_tags
from kernel.access import Actor, may_add, visible
from kernel.badvalue import BadValue
from kernel.errors import Problem
from kernel.records import RowResult, change_records, upsert_records
from kernel.text.folding import match_key


@dataclass
class Draft:
    """A row on its way: values found so far, and what is wrong with it."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    result: str = ""
    id: UUID | None = None


class BatchWriter:
    """Writes batches of one run. It remembers records: throw it away when a batch's transaction is rolled back."""

    def __init__(self, plan: Plan, *, actor: Actor, batch: UUID) -> None:
        self.plan, self.actor, self.batch = plan, actor, batch
        self._finders: dict[tuple[str, str, str], Finder] = {}
        self._scopes: dict[str, Any] = {}
        self._tags: set[str] | None = None

    @property
    def related_made(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for finder in self._finders.values():
            counts[finder.target.name] += finder.made
        return {name: count for name, count in counts.items() if count}

    def write(self, rows: Sequence[Row]) -> list[Draft]:
        drafts = [self._read(row) for row in rows]
        pending = [draft for draft in drafts if not draft.problems]
        for some in self._rounds(pending):
            self._write_round(some)
        for draft in drafts:
            if draft.problems:
                draft.result = "refused"
        return drafts

    # ── reading ──
    def _read(self, row: Row) -> Draft:
        draft = Draft(row)
        if row.problem is not None:
            index = row.problem.column
            column = next((v.column.name for v in self.plan.values if v.column.index == index), "")
            value = text_of(row.cells[index]) if index is not None and index < len(row.cells) else ""
            draft.problems.append(CellProblem(column, "", value[:300].replace("\x00", "␀"), said.of_row(row.problem)))
            return draft
        draft.values = self._values(draft, self.plan.values)
        for relation in self.plan.relations:
            if (
                relation.field.required
                and relation.field.default is None
                and is_blank(row.cells[relation.column.index])
            ):
                draft.problems.append(CellProblem(relation.column.name, relation.path, "", said.REQUIRED))
        self._know_tags(draft)
        return draft

    def _know_tags(self, draft: Draft) -> None:
        """Who may not make tags may only name those that there are."""
        if self.plan.tags is None or may_add("tag", self.actor):
            return
        text = text_of(draft.row.cells[self.plan.tags.index])
        if self._tags is None:
            self._tags = known_names()
        if any(match_key(name) not in self._tags for name in names_in(text)):
            draft.problems.append(CellProblem(self.plan.tags.name, "tags", text[:300], said.NEW_TAG))

    def _values(self, draft: Draft, columns: Iterable[ValueColumn]) -> dict[str, Any]:
        """Values of the cells that are filled; a blank cell leaves what a record has as it is."""
        values: dict[str, Any] = {}
        cells = draft.row.cells
        for column in columns:
            cell = cells[column.column.index]
            if cell is None or cell == "":
                value = None
            else:
                try:
                    value = column.read(cell, values)
                except BadValue as error:
                    problem = Problem(error.code, error.message)
                    draft.problems.append(CellProblem(column.column.name, column.path, text_of(cell)[:300], problem))
                    continue
            if value is not None:
                values[column.field.name] = value
            elif column.field.required and column.field.default is None and "." not in column.path:
                draft.problems.append(CellProblem(column.column.name, column.path, "", said.REQUIRED))
        return values

    # ── order ──
    def _rounds(self, drafts: list[Draft]) -> Iterable[list[Draft]]:
        """Rows in rounds, so that what a row belongs to is written before it, wherever in the batch it stands.

        Rows of one record keep their order. What is left in a circle is refused.
        """
        own = self.plan.own
        if own is None:
            yield drafts
            return
        waiting = drafts
        while waiting:
            unwritten = Counter(self._key(draft) for draft in waiting)
            earlier: Counter[str] = Counter()
            now, later = [], []
            for draft in waiting:
                parent = match_key(text_of(draft.row.cells[own.column.index]))
                key = self._key(draft)
                if parent and parent == key:
                    draft.problems.append(self._at(own, draft, said.ITSELF))
                elif (parent and parent in unwritten) or (key and earlier[key]):
                    later.append(draft)
                    earlier[key] += 1
                else:
                    now.append(draft)
            if len(later) == len(waiting):
                for draft in later:
                    draft.problems.append(self._at(own, draft, said.CIRCLE))
                return
            if now:
                yield now
            waiting = later

    def _key(self, draft: Draft) -> str:
        return match_key(str(draft.values.get(self.plan.entity.title) or ""))

    @staticmethod
    def _at(relation: RelationColumn, draft: Draft, problem: Problem) -> CellProblem:
        value = text_of(draft.row.cells[relation.column.index])[:300]
        return CellProblem(relation.column.name, relation.path, value, problem)

    # ── relations ──
    def _finder(self, relation: RelationColumn) -> Finder:
        own = (relation.target.name, relation.key, relation.scope)
        if own not in self._finders:
            self._finders[own] = Finder(
                relation.target, relation.key, relation.scope, actor=self.actor,
                create=self.plan.create_related, batch=self.batch,
            )  # fmt: skip
        return self._finders[own]

    def _resolve(self, relation: RelationColumn, drafts: Sequence[Draft]) -> None:
        """Put the related record into each draft's values; its other columns into the record."""
        found: list[tuple[Draft, Wish]] = []
        for draft in drafts:
            text = " ".join(text_of(draft.row.cells[relation.column.index]).split())
            if not text or draft.problems:
                continue
            values = self._values(draft, relation.parts) if relation.parts else {}
            found.append((draft, Wish(text, self._scope(relation, draft), values)))
        self._resolve_links(relation, found)
        wishes = [wish for draft, wish in found if not draft.problems]
        answers = self._finder(relation).find(wishes)
        for draft, wish in found:
            if draft.problems:
                continue
            answer = answers[getattr(wish.scope, "pk", None), wish.text]
            if isinstance(answer, Problem):
                draft.problems.append(self._at(relation, draft, answer))
            else:
                draft.values[relation.field.name] = answer
        if relation.parts or relation.links:
            self._update(relation, [(draft, wish) for draft, wish in found if not draft.problems])

    def _resolve_links(self, relation: RelationColumn, found: Sequence[tuple[Draft, Wish]]) -> None:
        for link in relation.links:
            linked = [
                (draft, wish, Wish(text))
                for draft, wish in found
                if not draft.problems and (text := " ".join(text_of(draft.row.cells[link.column.index]).split()))
            ]
            answers = self._finder(link).find(other for _draft, _wish, other in linked)
            for draft, wish, other in linked:
                answer = answers[None, other.text]
                if isinstance(answer, Problem):
                    draft.problems.append(self._at(link, draft, answer))
                else:
                    wish.values[link.field.name] = answer

    def _scope(self, relation: RelationColumn, draft: Draft) -> Any:
        if not relation.scope:
            return None
        given = draft.values.get(relation.scope)
        if given is None and relation.path not in self._scopes:
            self._scopes[relation.path] = default_scope(relation.target, relation.scope, self.actor)
        return given or self._scopes.get(relation.path)

    def _update(self, relation: RelationColumn, found: Sequence[tuple[Draft, Wish]]) -> None:
        """Bring values of related records up to date; of several rows about one record the last one holds."""
        due: dict[UUID, dict[str, Any]] = {}
        for draft, wish in found:
            record = draft.values[relation.field.name]
            due.setdefault(record.pk, {}).update(wish.values)
        records = {d.values[relation.field.name].pk: d.values[relation.field.name] for d, _wish in found}
        news = {pk: new for pk, values in due.items() if (new := differing(records[pk], relation.target, values))}
        results = change_records(relation.target, news, actor=self.actor, batch=self.batch)
        for pk, result in results.items():
            if result.kind != "refused":
                for name, value in news[pk].items():
                    setattr(records[pk], name, value)
        for draft, _wish in found:
            refusal = results.get(draft.values[relation.field.name].pk)
            if refusal is not None and refusal.kind == "refused":
                self._refuse(draft, refusal)

    # ── writing ──
    def _write_round(self, drafts: Sequence[Draft]) -> None:
        for relation in self.plan.relations:
            self._resolve(relation, drafts)
        ready = [draft for draft in drafts if not draft.problems]
        meet_by_further(self.plan.entity, self.plan.match, [draft.values for draft in ready], actor=self.actor)
        if self.plan.lacking:
            ready = self._existing_only(ready)
        if not ready:
            return
        results = upsert_records(
            self.plan.entity, [d.values for d in ready], actor=self.actor, match=self.plan.match, batch=self.batch
        )
        for draft, result in zip(ready, results, strict=True):
            draft.result, draft.id = result.kind, result.id
            if result.kind == "refused":
                self._refuse(draft, result)
        if self.plan.tags is not None:
            self._tag([draft for draft in ready if draft.result != "refused"], self.plan.tags)

    def _tag(self, drafts: Sequence[Draft], column: Column) -> None:
        """Tags are added and never taken off: a file seldom knows all that people have put on a record."""
        wishes = {d.id: names for d in drafts if d.id and (names := names_in(text_of(d.row.cells[column.index])))}
        if not wishes:
            return
        tagged = put_tags(self.plan.entity, wishes, actor=self.actor, batch=self.batch)
        for draft in drafts:
            if draft.result == "unchanged" and draft.id in tagged:
                draft.result = "changed"

    def _existing_only(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Without a column for a required field rows can only change records that exist."""
        entity, match = self.plan.entity, self.plan.match
        known: set[Any] = set()
        if match:
            folded = match[0] == entity.title and hasattr(entity.model_class, "name_key")
            column = "name_key" if folded else entity.field(match[0]).column
            raw = {draft.values.get(match[0]) for draft in drafts} - {None}
            keys = {match_key(str(value)) for value in raw} if folded else {getattr(v, "pk", v) for v in raw}
            seen = entity.records().filter(visible(entity, self.actor), **{f"{column}__in": keys})
            found = set(seen.values_list(column, flat=True))
            known = {v for v in raw if (match_key(str(v)) if folded else getattr(v, "pk", v)) in found}
        kept = []
        for draft in drafts:
            if match and draft.values.get(match[0]) in known:
                kept.append(draft)
            else:
                for name in self.plan.lacking:
                    draft.problems.append(CellProblem("", name, "", said.MUST_EXIST))
        return kept

    def _refuse(self, draft: Draft, result: RowResult) -> None:
        for name, problems in (result.problems or {"": [said.MUST_EXIST]}).items():
            column = self.plan.columns_by_field.get(name, "")
            value = next((text_of(draft.row.cells[c.column.index]) for c in self._columns() if c.path == name), "")
            draft.problems += [CellProblem(column, name, value[:300], problem) for problem in problems]

    def _columns(self) -> tuple[ValueColumn | RelationColumn, ...]:
        return (*self.plan.values, *self.plan.relations)
