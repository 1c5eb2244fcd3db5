"""Bulk upsert: up to 10,000 records a request, told of one by one, written set-based."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from api.errors import errors_of
from kernel.access import Actor, visible
from kernel.clean import REQUIRED, Problems, clean_many
from kernel.errors import Invalid, Problem
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
    cleaned = clean_many(entity, [records[i] for i in usable], actor=actor, partial=True)
    good: list[tuple[int, Mapping[str, Any]]] = []
    for index, (values, problems) in zip(usable, cleaned, strict=True):
        if problems:
            refused[index] = problems
        else:
            good.append((index, values))
    refused |= _incomplete(entity, good, match, actor)
    good = [(index, values) for index, values in good if index not in refused]
    results = upsert_records(entity, [values for _i, values in good], actor=actor, match=match)
    done = {index: result for (index, _v), result in zip(good, results, strict=True)}
    return _report(len(records), done, refused)


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
