"""Finding the records that a batch's texts name, and making those that are missing; set-based, remembered in a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q

from crm.imports import problems as said
from kernel.access import Actor, may_add, visible
from kernel.badvalue import BadValue
from kernel.clean import default_of
from kernel.errors import Problem
from kernel.records import upsert_records
from kernel.registry import Entity, Field
from kernel.text.db import MatchKey
from kernel.text.folding import fold, match_key
from kernel.values import parse_value

_REMEMBERED = 50_000
_CODES = frozenset({"phone", "national_id", "legal_id", "iban", "postal_code"})


@dataclass
class Wish:
    """A record that a row names: by text, within a scope, with values it should have when it is made or met."""

    text: str
    scope: Any = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[UUID | None, str]:
        return getattr(self.scope, "pk", None), match_key(self.text)


class Finder:
    """Finds and makes the records of one target by what a column says. Lives as long as a run (or one dry run)."""

    def __init__(self, target: Entity, key: str, scope: str, *, actor: Actor, create: bool, batch: UUID) -> None:
        self.target, self.key, self.scope = target, key, scope
        self.actor, self.batch = actor, batch
        self.create = create and target.make_from_import and may_add(target, actor)
        self.made = 0
        self._known: dict[tuple[UUID | None, str], Any] = {}

    def find(self, wishes: Iterable[Wish]) -> dict[tuple[UUID | None, str], Any]:
        """Records, or Problems, by (scope, text) of the wishes."""
        distinct: dict[tuple[UUID | None, str], Wish] = {}
        for wish in wishes:
            own = (getattr(wish.scope, "pk", None), wish.text)
            if (earlier := distinct.get(own)) is None:
                distinct[own] = wish
            else:
                earlier.values = {**earlier.values, **wish.values}
        unknown = [wish for own, wish in distinct.items() if own not in self._known]
        if len(self._known) > _REMEMBERED:
            self._known.clear()
            unknown = list(distinct.values())
        found = self._search(unknown)
        answers = {own: self._known[own] for own in distinct if own in self._known}
        missing = []
        for wish in unknown:
            record = _best(wish.text, found.get(wish.place, []), self.target)
            if record is None:
                missing.append(wish)
            else:
                answers[getattr(wish.scope, "pk", None), wish.text] = record
        answers |= self._make(missing)
        # What could not be found is asked for again: a later row of the file may bring it.
        self._known |= {own: record for own, record in answers.items() if not isinstance(record, Problem)}
        return answers

    # ── finding ──
    def _search(self, wishes: Sequence[Wish]) -> dict[tuple[UUID | None, str], list[Any]]:
        texts = {wish.text for wish in wishes if match_key(wish.text)}
        found: dict[tuple[UUID | None, str], list[Any]] = {}
        if not texts:
            return found
        seen = self.target.records().filter(visible(self.target, self.actor))
        names = [self.key] if self.key else list(dict.fromkeys((self.target.title, *self.target.match)))
        if self.scope:
            scopes = {wish.scope.pk for wish in wishes if wish.scope is not None}
            seen = seen.filter(**{f"{self.scope}_id__in": scopes})
        for name in names:
            candidates = {text for text in texts if self._may_be(name, text)}
            if not candidates:
                continue
            for record in self._by(seen, name, candidates):
                scope = getattr(record, f"{self.scope}_id") if self.scope else None
                key = match_key(str(getattr(record, name)))
                found.setdefault((scope, key), []).append(record)
            # Several fields may lead to a record; the first that finds an answer to a text wins.
            answered = {key for _scope, key in found}
            texts = {text for text in texts if match_key(text) not in answered}
            if not texts:
                break
        return found

    def _by(self, seen: Any, name: str, texts: set[str]) -> Any:
        keys = {match_key(text) for text in texts}
        if name == self.target.title and hasattr(self.target.model_class, "name_key"):
            return seen.filter(name_key__in=keys)
        if name == self.target.title:
            return seen.annotate(import_key=MatchKey(F(name))).filter(import_key__in=keys)
        condition = Q(**{f"{name}__in": texts | {text.lower() for text in texts}})
        return seen.filter(condition)

    def _may_be(self, name: str, text: str) -> bool:
        """Whether a text can be a value of this match field at all: a company's name is no e-mail address."""
        target = self.target.all_fields.get(name)
        if name == self.target.title:
            return True
        if target is None:
            return False
        if target.kind == "email":
            return "@" in text
        if target.kind in _CODES:
            return sum(map(str.isdigit, text)) >= 5 and not any(map(str.isalpha, text[2:]))
        return target.kind == "text"

    # ── making ──
    def _make(self, wishes: Sequence[Wish]) -> dict[tuple[UUID | None, str], Any]:
        answers: dict[tuple[UUID | None, str], Any] = {}
        rows: dict[tuple[UUID | None, str], dict[str, Any]] = {}
        for wish in wishes:
            own = (getattr(wish.scope, "pk", None), wish.text)
            if not match_key(wish.text):
                answers[own] = said.UNCLEAR
            elif not self.create or (self.scope and wish.scope is None):
                answers[own] = said.not_found(self.target.label, self.target.make_from_import)
            elif wish.place in rows:
                rows[wish.place].update(wish.values)
            else:
                values = self._blank(wish)
                if isinstance(values, Problem):
                    answers[own] = values
                else:
                    rows[wish.place] = values
        if not rows:
            return answers
        results = upsert_records(self.target, list(rows.values()), actor=self.actor, match=(), batch=self.batch)
        records = self.target.records().in_bulk([r.id for r in results if r.id])
        self.made += len(records)
        for place, result in zip(rows, results, strict=True):
            problems = [problem for many in result.problems.values() for problem in many]
            answer = records[result.id] if result.id else problems[0]
            for wish in wishes:
                if wish.place == place:
                    answers[getattr(wish.scope, "pk", None), wish.text] = answer
        return answers

    def _blank(self, wish: Wish) -> dict[str, Any] | Problem:
        """Values of a new record that is known by its name alone."""
        try:
            values = self._named(wish.text)
        except BadValue as error:
            return Problem(error.code, error.message)
        values |= wish.values
        if self.scope:
            values[self.scope] = wish.scope
            if "position" in self.target.all_fields and "position" not in values:
                values["position"] = self._next_position(wish.scope)
        if any(f.required and f.default is None and f.name not in values for f in self.target.editable_fields):
            return said.not_found(self.target.label, made=False)
        return values

    def _named(self, text: str) -> dict[str, Any]:
        """A record's name in the field it is written to; a person's in two."""
        fields = self.target.all_fields
        name = self.key or self.target.title
        if fields[name].readonly and {"first_name", "last_name"} <= fields.keys():
            first, _space, last = text.strip().rpartition(" ")
            return {
                "first_name": _clean(fields["first_name"], first) or "",
                "last_name": _clean(fields["last_name"], last),
            }
        return {name: _clean(fields[name], text)}

    def _next_position(self, scope: Any) -> int:
        siblings = self.target.records().filter(**{f"{self.scope}_id": scope.pk})
        return int(siblings.aggregate(last=Max("position"))["last"] or 0) + 1


def default_scope(target: Entity, scope: str, actor: Actor) -> Any:
    """Where a related record is looked for when the row does not say: the field's own default."""
    return default_of(target.field(scope), actor, {}) if target.field(scope).default is not None else None


def _clean(field_: Field, text: str) -> Any:
    return parse_value(field_.kind, text, options=field_.options())


def _best(text: str, records: Sequence[Any], target: Entity) -> Any:
    """The one record meant: spelled the same, else the same but for letter variants, else the same letters."""
    if len(records) <= 1:
        return records[0] if records else None
    unique = list({record.pk: record for record in records}.values())
    for same in (lambda name: name == text, lambda name: fold(name) == fold(text), bool):
        fitting = [record for record in unique if same(target.title_of(record))]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return said.ambiguous(target.label, len(fitting))
    return said.ambiguous(target.label, len(unique))


def differing(record: Any, target: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the record does not have yet."""
    return {
        name: value
        for name, value in values.items()
        if getattr(record, target.field(name).column) != getattr(value, "pk", value)
    }
