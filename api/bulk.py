"""Bulk upsert: up to 10,000 records a request, told of one by one, written set-based."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from api.errors import errors_of
from kernel.access import Actor, visible
from kernel.asides import clean_asides, set_asides, take_asides
from kernel.clean import REQUIRED, Problems, clean_many
from kernel.errors import Invalid, Problem
from kernel.ids import uuid7
from kernel.records import RowResult, upsert_records
from kernel.registry import Entity
from kernel.text.folding import match_key

NOT_AN_OBJECT = Problem("not_an_object", _("A record is a JSON object with the fields' names as keys."))


def read_match(entity: Entity, given: Any) -> list[str]:
    """The fields that tell records apart; left out, the first the entity is matched by; [] makes every record anew."""
    if given is None:
        return [entity.match[0]] if entity.match else []
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Invalid.one("match", "bad_match", _("“match” is the name of a field or a list of names."))
    for name in names:
        spec = entity.all_fields.get(name)
        if spec is None or spec.masked or spec.kind == "longtext":
            raise Invalid.one("match", "unknown_field", _("Match by fields that this entity has, such as “email”."))
    return names


def read_records(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise Invalid.one("records", "not_a_list", _("“records” is a list of objects."))
    if len(given) > settings.API_BULK_MAX:
        raise Invalid.one("records", "too_many", _("Send at most 10,000 records at a time."))
    return given


def bulk_upsert(entity: Entity, data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """Make or change what can be; a record with a problem is refused alone and stops nobody else."""
    unknown = [name for name in data if name not in ("match", "records")]
    if unknown:
        raise Invalid({name: [Problem("unknown_field", _("There is no field of this name here."))] for name in unknown})
    match, records = read_match(entity, data.get("match")), read_records(data.get("records"))
    refused: dict[int, Problems] = {i: {"": [NOT_AN_OBJECT]} for i, r in enumerate(records) if not isinstance(r, dict)}
    usable = [i for i in range(len(records)) if i not in refused]
    parts = [take_asides(entity, records[i]) for i in usable]
    cleaned = clean_many(entity, [own for own, _sent in parts], actor=actor, partial=True)
    hung = clean_asides(entity, [sent for _own, sent in parts], actor=actor)
    good: list[tuple[int, Mapping[str, Any]]] = []
    hanging: dict[int, Mapping[str, Any]] = {}
    for index, (values, problems), (wishes, wrong) in zip(usable, cleaned, hung, strict=True):
        if problems or wrong:
            refused[index] = problems | wrong
        else:
            good.append((index, values))
            hanging[index] = wishes
    refused |= _incomplete(entity, good, match, actor)
    good = [(index, values) for index, values in good if index not in refused]
    done, unfit = _write(entity, good, match, hanging, actor)
    return _report(len(records), done, refused | unfit)


def _write(
    entity: Entity, good: Sequence[tuple[int, Mapping[str, Any]]], match: list[str],
    hanging: Mapping[int, Mapping[str, Any]], actor: Actor,
) -> tuple[dict[int, RowResult], dict[int, Problems]]:  # fmt: skip
    """Records and what hangs on them. A record that may not have that is not written at all: then all is taken back and
    done once more without it."""
    unfit: dict[int, Problems] = {}
    while True:
        rows = [(index, values) for index, values in good if index not in unfit]
        try:
            with transaction.atomic():
                batch = uuid7()
                results = upsert_records(entity, [v for _i, v in rows], actor=actor, match=match, batch=batch)
                done = {index: result for (index, _v), result in zip(rows, results, strict=True)}
                _hang(entity, done, hanging, actor, batch)
                return done, unfit
        except _Unfit as found:
            unfit |= found.problems


class _Unfit(Exception):
    def __init__(self, problems: dict[int, Problems]) -> None:
        super().__init__()
        self.problems = problems


def _hang(
    entity: Entity, done: Mapping[int, RowResult], hanging: Mapping[int, Mapping[str, Any]], actor: Actor, batch: UUID
) -> None:
    """Give each record what was sent for it; of one that came twice, the later."""
    last = {result.id: i for i, result in done.items() if result.id and result.kind != "refused" and hanging.get(i)}
    told = set_asides(entity, {pk: hanging[i] for pk, i in last.items()}, actor=actor, batch=batch)
    refused = {pk: result for pk, result in told.items() if isinstance(result, dict)}
    if refused:
        raise _Unfit({i: refused[r.id] for i, r in done.items() if r.id in refused and hanging.get(i)})
    for pk, changed in told.items():
        if changed and done[last[pk]].kind == "unchanged":
            done[last[pk]].kind = "changed"


def _incomplete(
    entity: Entity, rows: Sequence[tuple[int, Mapping[str, Any]]], match: list[str], actor: Actor
) -> dict[int, Problems]:
    """Rows that lack what a new record needs and match no record, neither in the base nor earlier in this request."""
    needed = [f.name for f in entity.editable_fields if f.required and f.default is None]
    lacking = {i: missing for i, values in rows if (missing := [n for n in needed if n not in values])}
    if not lacking:
        return {}
    known = _known_keys(entity, [values for i, values in rows if i in lacking], match, actor)
    found: dict[int, Problems] = {}
    for index, values in rows:
        key = _key(entity, values, match)
        if index not in lacking:
            known.add(key)
        elif key is None or key not in known:
            found[index] = {name: [REQUIRED] for name in lacking[index]}
    return found


Key = tuple[Any, ...] | None


def _folded(entity: Entity, name: str) -> bool:
    return name == entity.title and hasattr(entity.model_class, "name_key")


def _key(entity: Entity, values: Mapping[str, Any], match: list[str]) -> Key:
    parts = [getattr(values.get(name), "pk", values.get(name)) for name in match]
    if not parts or any(part in (None, "") for part in parts):
        return None
    return tuple(match_key(p) if _folded(entity, n) else p for n, p in zip(match, parts, strict=True))


def _known_keys(entity: Entity, rows: Sequence[Mapping[str, Any]], match: list[str], actor: Actor) -> set[Key]:
    keys = {key for values in rows if (key := _key(entity, values, match))}
    if not keys:
        return set()
    columns = ["name_key" if _folded(entity, name) else entity.field(name).column for name in match]
    seen = entity.records().filter(visible(entity, actor))
    return set(seen.filter(**{f"{columns[0]}__in": {key[0] for key in keys}}).values_list(*columns))


def _report(total: int, done: Mapping[int, RowResult], refused: Mapping[int, Problems]) -> dict[str, Any]:
    counts = dict.fromkeys(("made", "changed", "unchanged", "refused"), 0)
    results: list[dict[str, Any]] = []
    for index in range(total):
        result = done.get(index) or RowResult("refused", problems=dict(refused[index]))
        counts[result.kind] += 1
        pk = None if result.id is None else str(result.id)
        results.append({"index": index, "kind": result.kind, "id": pk, "errors": errors_of(result.problems)})
    return {**counts, "results": results}
