"""What writing one record and writing many have in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import custom
from kernel.access import Actor, visible
from kernel.audit import plain
from kernel.clean import blank, default_of
from kernel.copying import insert_records, update_records
from kernel.derived import Touched, settle, spread
from kernel.errors import Invalid, Problem
from kernel.narrowing import TYPE, default_type
from kernel.registry import Entity, registry
from kernel.unique import TAKEN, require_free

#: Columns that every change touches; they are no news to anybody.
_QUIET = frozenset({"created_at", "updated_at", "created_by", "version"})


@dataclass
class Change:
    """A record, what it held before (None when it is new) and the difference as {field: [old, new]}."""

    record: Any
    before: dict[str, Any] | None
    diff: dict[str, list[Any]]


def snapshot(kind: Entity, record: Any) -> dict[str, Any]:
    """The record's values by field name; a relation as the id it holds. Generated columns are left out."""
    return {name: value_of(record) for name, value_of in _written(kind)}


def _written(kind: Entity) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    cached: tuple[tuple[str, Callable[[Any], Any]], ...] | None = kind.__dict__.get("_written")
    if cached is None:
        generated = {f.name for f in kind.model_class._meta.get_fields() if getattr(f, "generated", False)}
        # What is derived follows from the rest: it is no change of its own, and undoing the rest undoes it.
        skipped = generated | _QUIET | {f.name for f in kind.all_fields.values() if f.derived}
        cached = tuple((f.name, custom.reader(f)) for f in kind.all_fields.values() if f.name not in skipped)
        kind.__dict__["_written"] = cached
    return cached


def changes_between(kind: Entity, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The difference as the audit keeps it."""
    return {name: [plain(before[name]), plain(value)] for name, value in after.items() if before[name] != value}


def first_changes(kind: Entity, record: Any) -> dict[str, list[Any]]:
    """The same for a record that is new: what it has."""
    found = ((name, value_of(record)) for name, value_of in _written(kind))
    return {name: [None, plain(value)] for name, value in found if value not in (None, "")}


def new_record(kind: Entity, actor: Actor) -> Any:
    """An unsaved record of this entity."""
    return kind.model_class(created_by_id=actor.user_id, **kind.narrow)


def put(kind: Entity, record: Any, name: str, value: Any) -> None:
    """Give the record a value, wherever it is kept; `name` is a field's or its column's."""
    if name == TYPE and isinstance(value, str):
        value = UUID(value)  # a choice is read as text
    field = kind.all_fields.get(name) or kind.own_fields.get(name)
    if field is None or field.stored:
        setattr(record, name, value)
    elif field.in_extra:
        custom.write(field, record, value)
    else:
        setattr(record, field.column, getattr(value, "pk", value))


Memo = dict[tuple[Any, ...], Any]


def fill_defaults(kind: Entity, values: Mapping[str, Any], actor: Actor, memo: Memo | None = None) -> dict[str, Any]:
    """Values of a new record: what was given, then the fields' defaults, and the actor as owner.

    `memo` lets the rows of a batch share what a default's callable said for the same circumstances.
    """
    full = dict(values)
    memo = {} if memo is None else memo
    for field in kind.editable_fields:
        if field.default is None or full.get(field.name) not in (None, ""):
            continue
        key = (field.name, *(getattr(full.get(name), "pk", full.get(name)) for name in field.default_by))
        if key not in memo:
            memo[key] = default_of(field, actor, full)
        full[field.name] = blank(kind, field) if memo[key] is None else memo[key]
    if TYPE in kind.all_fields and full.get(TYPE) is None and (kept := default_type(kind, actor)):
        full[TYPE] = kept
    if kind.owner and full.get(kind.owner) is None and actor.user_id is not None:
        full.pop(kind.owner, None)
        full[f"{kind.owner}_id"] = actor.user_id
    return full


def number(kind: Entity, records: Sequence[Any]) -> None:
    """Give new records the numbers that they get by themselves: one statement a field, however many there are."""
    for field in kind.own_fields.values() if records else ():
        if field.take is not None:
            for record, text in zip(records, field.take(len(records)), strict=True):
                custom.write(field, record, text)


def check_unique(kind: Entity, record: Any) -> None:
    """Raise Invalid, by field, where a unique value is taken already."""
    require_free(kind, [record])
    meta = kind.model_class._meta
    if not meta.constraints and not any(f.unique and not f.primary_key for f in meta.fields):
        return
    try:
        record.validate_unique()
        record.validate_constraints()
    except ValidationError as error:
        problems: dict[str, list[Problem]] = {}
        for name, errors in error.error_dict.items():
            field = "" if name == "__all__" else name
            problems[field] = [Problem(str(e.code or "taken"), TAKEN.message) for e in errors]
        raise Invalid(problems) from None


NOT_YOURS = _("This belongs to a record that you may not change.")


def follow_up(kind: Entity, verb: str, changes: Sequence[Change], actor: Actor) -> None:
    """What follows from rows that were just written; raises Invalid where they may not stand where they were put."""
    if not changes:
        return
    if kind.is_part and not actor.system and verb in ("created", "changed"):
        _check_place(kind, verb, changes, actor)
    if kind.after_function:
        kind.after_function(verb, changes, actor=actor)


def _check_place(kind: Entity, verb: str, changes: Sequence[Change], actor: Actor) -> None:
    """Nobody hangs anything on a record that they may not change."""
    places = frozenset(kind.hangs_on or kind.within)
    moved = [c.record.pk for c in changes if verb == "created" or places & c.diff.keys()]
    action = "add" if verb == "created" else "change"
    allowed = kind.model_class._default_manager.filter(visible(kind, actor, action), pk__in=moved)
    if moved and allowed.count() != len(moved):
        raise Invalid.one((kind.hangs_on or kind.within)[-1], "not_yours", NOT_YOURS)


def save_changed(kind: Entity, changes: Sequence[Change]) -> None:
    """Write many changed records, each a version further, in one statement."""
    save_many(kind, (), changes)


def save_many(kind: Entity, made: Sequence[Change], changed: Sequence[Change]) -> None:
    """Write many new and many changed records, with everything that is derived from them."""
    both = [*made, *changed]
    if not both:
        return
    with derived(kind, both):
        insert_records(kind.model_class, [change.record for change in made])
        now = timezone.now()
        for change in changed:
            change.record.version += 1
            change.record.updated_at = now
        update_records(kind.model_class, [change.record for change in changed], leave=("created_at", "created_by"))


@contextmanager
def derived(kind: Entity, changes: Sequence[Change]) -> Iterator[None]:
    """Around the saving of these changes: formulas before, roll-ups and whoever looks on after.

    A change without a difference is one of the whole record: it was put away or brought back.
    """
    names = settle(kind, [change.record for change in changes], [change.before for change in changes])
    yield
    # Who does not see every field does not see every difference either: `prepare` may have made one behind it.
    unseen = set(registry.entity(kind.name).all_fields) if kind.cut else set()
    spread(kind, [
        Touched(c.record, None if c.before is None or not c.diff else {*c.diff, *more, *unseen}, c.before)
        for c, more in zip(changes, names, strict=True)
    ])  # fmt: skip
