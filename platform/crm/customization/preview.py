"""A formula while it is written: its type, what is wrong and where, and what it gives for records one can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.customization.derived import way_of
from crm.customization.rollups import PLACES, readable_by
from crm.pages.values import value_text
from kernel.access import Actor, entity_for, records_visible_to, require
from kernel.derived import current_plans, cycle_in, scope_of, setting_of_workspace
from kernel.derived.graph import edges_of
from kernel.derived.plans import reader_of
from kernel.errors import NotFound, Text
from kernel.formula import (
    KEPT_AS,
    REASONS,
    FormulaError,
    Issue,
    Known,
    Program,
    Result,
    Scope,
    book,
    build,
    keeper,
    place_of,
)
from kernel.formula.types import NAMES
from kernel.money_input import home_currency
from kernel.registry import Entity, Field, UnknownName, registry

SAMPLES = 5
GROUPS: dict[str, Text] = {
    "logic": gettext_lazy("Conditions"), "number": gettext_lazy("Numbers"), "text": gettext_lazy("Texts"),
    "date": gettext_lazy("Days"),
}  # fmt: skip


@dataclass
class Preview:
    """`program` is None where something is wrong; `issues` hold errors and hints."""

    source: str
    program: Program | None = None
    issues: tuple[Issue, ...] = ()
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of field that may keep the result, the likeliest first."""
        return KEPT_AS[self.program.type.name] if self.program else ()


def preview_formula(
    *, actor: Actor, entity: str, source: str, kind: str = "", name: str = "", places: int | None = None
) -> Preview:
    """Try a formula. With the `name` of the field that it is for, circles are found as well."""
    require(actor, "crm.customization.manage")
    seen = _seen(actor, entity)
    try:
        program = build(source, scope_of(entity, readable_by(actor, entity)), setting_of_workspace())
    except FormulaError as error:
        return Preview(source, issues=error.issues)
    shown = Preview(source, program, (*program.checked.hints, *_circle(seen, program, name), *_unfit(program, kind)))
    if not any(issue.error for issue in shown.issues):
        shown.samples = _samples(actor, seen, program, kind or shown.kinds[0], places)
    return shown


def _seen(actor: Actor, entity: str) -> Entity:
    try:
        kind = entity_for(actor, entity)
    except UnknownName:
        raise NotFound() from None
    if not actor.may(kind.permission("view")):
        raise NotFound()
    return kind


def _circle(kind: Entity, program: Program, name: str) -> list[Issue]:
    node = (kind.name, name)
    way = cycle_in({**current_plans().edges, node: edges_of(kind, program)}, node) if name else []
    if not way:
        return []
    message = format_lazy(gettext_lazy("The fields would depend on each other in a circle: {names}"), names=way_of(way))
    return [Issue("circle", message, 0, len(program.source))]


def _unfit(program: Program, kind: str) -> list[Issue]:
    kinds = KEPT_AS[program.type.name]
    if not kinds:
        message: Text = gettext_lazy("A link cannot be the result of a formula. Take a field behind it.")
    elif kind and kind not in kinds:
        message = format_lazy(gettext_lazy("The formula gives another kind of value than {kind}."), kind=kind)
    else:
        return []
    return [Issue("kind", message, 0, len(program.source))]


def _samples(actor: Actor, kind: Entity, program: Program, into: str, places: int | None) -> list[dict[str, Any]]:
    """The newest records that the actor may see, with what the formula gives for them."""
    records = list(records_visible_to(actor, kind).order_by("-pk")[:SAMPLES])
    places = PLACES.get(into) if places is None else places
    keep = keeper(program.type, into, program.setting, places=places)
    field = Field(name="x_preview", kind=into, label="", currency="x")  # type: ignore[arg-type]  # a kind
    samples = []
    for record, (values, result) in zip(records, results_of(actor, kind, program, records), strict=True):
        value = None if result.value is None else keep(result.value)
        currency = next((c for p in sorted(program.type.currencies) if (c := values.get(p))), "") or home_currency()
        samples.append({
            "id": record.pk, "title": kind.title_of(record), "value": value, "reason": result.reason,
            "text": value_text(field, value, currency=currency), "why": REASONS.get(result.reason, ""),
        })  # fmt: skip
    return samples


def results_of(actor: Actor, kind: Entity, program: Program, records: list[Any]) -> list[tuple[dict[str, Any], Result]]:
    """For each record the values that the formula reads, as far as the actor may see them, and what it gives."""
    related, now = _related(actor, kind, program, records), timezone.now()
    read = [_values(kind, program, record, related) for record in records]
    return [(values, program.evaluate(values, now)) for values in read]


def _related(actor: Actor, kind: Entity, program: Program, records: list[Any]) -> dict[str, Mapping[Any, Any]]:
    """By relation: the records behind it that the actor may see."""
    found: dict[str, Mapping[Any, Any]] = {}
    for name in {path[0] for path in program.paths if len(path) == 2}:
        relation = kind.field(name)
        ids = {getattr(record, relation.column) for record in records} - {None}
        found[name] = {row.pk: row for row in records_visible_to(actor, relation.target).filter(pk__in=ids)}
    return found


def _values(kind: Entity, program: Program, record: Any, related: Mapping[str, Mapping[Any, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for path in program.paths:
        first = kind.field(path[0])
        if len(path) == 1:
            values[path[0]] = reader_of(first)(record)
            continue
        row = related[path[0]].get(getattr(record, first.column))
        values[".".join(path)] = None if row is None else getattr(row, _column(row, path[1]), None)
    return values


def _column(row: Any, name: str) -> str:
    return registry.entity(row.entity_name).field(name).column


def vocabulary(*, actor: Actor, entity: str) -> dict[str, Any]:
    """What may be written, for completing it: fields, fields behind relations, functions with their help."""
    require(actor, "crm.customization.manage")
    _seen(actor, entity)
    scope = scope_of(entity, readable_by(actor, entity))
    functions = [
        {"name": name, "help": function.help, "example": function.example, "group": function.group,
         "group_label": GROUPS[function.group], "alias_of": "" if name == function.name else function.name}
        for name, function in sorted(book().items())
    ]  # fmt: skip
    return {"fields": _fields(scope), "functions": functions, "words": ["and", "or", "not", "TRUE", "FALSE", "BLANK"]}


def _fields(scope: Scope) -> list[dict[str, Any]]:
    found = []
    for known in scope.fields.values():
        found.append(_told(known.name, known, known.label))
        further = scope.beyond(known.target) if known.target else None
        if further:
            found += [
                _told(f"{known.name}.{one.name}", one, f"{known.label} › {one.label}")
                for one in further.fields.values()
            ]
    return found


def _told(path: str, known: Known, label: Text) -> dict[str, Any]:
    choices = [{"value": value, "label": text} for value, text in known.type.choices]
    return {"insert": f"{{{path}}}", "label": label, "type": known.type.name, "type_label": NAMES[known.type.name],
            "choices": choices}  # fmt: skip


def as_json(shown: Preview) -> dict[str, Any]:
    """The preview as the editor reads it."""
    program = shown.program
    return {
        "ok": program is not None and not any(issue.error for issue in shown.issues),
        "type": program.type.name if program else "",
        "type_label": NAMES[program.type.name] if program else "",
        "kinds": list(shown.kinds),
        "source": program.source if program else shown.source,
        "volatile": bool(program and program.volatile),
        "volatile_hint": _("It uses today's date, so it is brought up to date every night.")
        if program and program.volatile
        else "",
        "fields": [".".join(path) for path in program.checked.fields] if program else [],
        "issues": [_issue(shown.source, issue) for issue in shown.issues],
        "samples": shown.samples,
    }


def _issue(source: str, issue: Issue) -> dict[str, Any]:
    place = place_of(source, issue)
    return {
        "code": issue.code, "message": issue.message, "error": issue.error, "start": issue.start, "end": issue.end,
        "line": place.line, "column": place.column, "text": place.text, "caret": place.caret,
        "suggestion": issue.suggestion,
    }  # fmt: skip
