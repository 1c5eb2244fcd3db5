"""A block of cells from a spreadsheet, set upon rows of the list: each cell read and judged first, then kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.pages.controls import raw_of
from crm.pages.links import actor_of, entity_url
from crm.pages.undo import told
from kernel import formats
from kernel.access import Actor, denied, records_visible_to
from kernel.clean import clean_many
from kernel.errors import Invalid, Problem
from kernel.ids import uuid7
from kernel.records import change_records
from kernel.registry import Entity, Field, registry

MOST_CELLS, MOST_ROWS, SHOWN = 5_000, 500, 20


@dataclass(frozen=True)
class Block:
    """What was pasted: texts by row and field, upon these records."""

    rows: tuple[UUID, ...]
    fields: tuple[Field, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Refusal:
    row: str
    label: str
    text: str
    why: str


@dataclass
class Judged:
    values: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    change: int = 0
    same: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def read_block(entity: Entity, text: str) -> Block:
    """The block as the page sends it; Invalid for what is none."""
    try:
        data = json.loads(text)
        rows = tuple(UUID(str(pk)) for pk in data["rows"])
        names = [str(name) for name in data["fields"]]
        cells = tuple(tuple(str(cell) for cell in row) for row in data["cells"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _no_block() from None
    fields = tuple(entity.all_fields[name] for name in names if name in entity.all_fields)
    if len(fields) != len(names) or len(cells) > len(rows) or any(len(row) > len(names) for row in cells):
        raise _no_block()
    if len(rows) > MOST_ROWS or len(rows) * max(len(names), 1) > MOST_CELLS:
        raise Invalid.one("", "too_many_cells", _("So many cells are better brought in as a file: use Import."))
    return Block(rows, fields, cells)


def _no_block() -> Invalid:
    return Invalid.one("", "bad_block", _("What was pasted is not a block of cells. Copy it again and paste it."))


def judge(entity: Entity, block: Block, *, actor: Actor) -> Judged:
    """Every cell read as its field reads it; a fixed number of queries."""
    found = {r.pk: r for r in records_visible_to(actor, entity).filter(pk__in=block.rows)}
    changeable = set(records_visible_to(actor, entity, "change").filter(pk__in=block.rows).values_list("pk", flat=True))
    judged = Judged()
    raws, records = [], []
    for pk, texts in zip(block.rows, block.cells, strict=False):
        record = found.get(pk)
        if record is None:
            continue
        if pk not in changeable:
            judged.refusals.append(Refusal(entity.title_of(record), "", "", str(denied())))
            continue
        raws.append({f.name: _wish(f, text.strip()) for f, text in zip(block.fields, texts, strict=False)})
        records.append(record)
    for record, raw, (values, problems) in zip(
        records, raws, clean_many(entity, raws, actor=actor, partial=True, records=records), strict=True
    ):
        _judge_row(entity, judged, record, raw, values, problems)
    return judged


def _wish(one: Field, text: str) -> Any:
    """A related record is pasted by the name under which cells show it."""
    return {registry.entity(one.target).title: text} if one.kind == "relation" and text else text


def _judge_row(
    entity: Entity, judged: Judged, record: Any, raw: Mapping[str, Any], values: Mapping[str, Any],
    problems: Mapping[str, Sequence[Problem]],
) -> None:  # fmt: skip
    title = entity.title_of(record)
    for name, several in problems.items():
        label = str(entity.field(name).label)
        given = raw[name]
        text = next(iter(given.values())) if isinstance(given, Mapping) else given
        judged.refusals.append(Refusal(title, label, text, " ".join(str(p) for p in several)))
    kept = {}
    for name, value in values.items():
        one = entity.field(name)
        if raw_of(one, getattr(record, one.column)) == raw_of(one, value):
            judged.same += 1
        else:
            kept[name] = value
    if kept:
        judged.values[record.pk] = kept
        judged.change += len(kept)


def paste(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """First what would happen; with `do=act` it happens, cells that cannot be read left as they were."""
    actor, text = actor_of(request), request.POST.get("block", "")
    try:
        block = read_block(entity, text)
    except Invalid as error:
        said = " ".join(str(p) for several in error.problems.values() for p in several)
        return render(request, "crm/paste.html", {"error": said, "title": _("Paste")}, status=422)
    judged = judge(entity, block, actor=actor)
    if request.POST.get("do") == "act" and (judged.change or not judged.refusals):
        return _keep(entity, judged, actor)
    number = sum(len(row) for row in block.cells)
    context = {
        "judged": judged, "shown": judged.refusals[:SHOWN], "hidden": max(len(judged.refusals) - SHOWN, 0),
        "block": text, "paste_url": entity_url(entity, "paste"),
        "title": ngettext("Paste %(n)s cell", "Paste %(n)s cells", number) % {"n": formats.num(number)},
    }  # fmt: skip
    return render(request, "crm/paste.html", context)


def _keep(entity: Entity, judged: Judged, actor: Actor) -> HttpResponse:
    batch = uuid7()
    results = change_records(entity, judged.values, actor=actor, batch=batch)
    done = [pk for pk, result in results.items() if result.kind == "changed"]
    number = sum(len(judged.values[pk]) for pk in done)
    said = ngettext("%(n)s cell changed", "%(n)s cells changed", number) % {"n": formats.num(number)}
    refused = [p for r in results.values() for several in r.problems.values() for p in several]
    if refused:
        said = f"{said}; {refused[0]}"
    return told(said, undo=f"/undo/{batch}/" if done else "", body="<!-- done -->")
