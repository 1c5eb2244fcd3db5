"""Making, changing and putting away fields of the organization's own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization import checking
from crm.customization.duplicates import duplicates_of
from crm.customization.fields import fields_of, is_derived
from crm.customization.kinds import BY_KEY, CALCULATED, MOST_FIELDS, MOST_INDEXED, FieldKind, key_of
from crm.customization.names import collides, is_good, suggest_name
from crm.customization.numbers import read_format
from crm.models import CustomField, Customization, FieldCounter
from kernel import audit
from kernel.access import Actor, require
from kernel.derived import ensure_nightly, refill_readers
from kernel.errors import Invalid, NotFound, Problem
from kernel.events import publish
from kernel.ids import uuid7
from kernel.jobs import start_job
from kernel.models import Record
from kernel.registry import Entity, UnknownName, registry
from kernel.registry.overlay import forget_overlay
from kernel.values import BadValue

MANAGE = "crm.customization.manage"
INDEX_JOB, PURGE_JOB, NUMBER_JOB = "crm.field_index", "crm.field_purge", "crm.field_number"
State = CustomField.State
#: What `change_field` can change, and what its audit tells.
CHANGEABLE = ("label", "help", "required", "unique", "default", "options")


def changed() -> None:
    """Every process reads the definitions again before it next uses them."""
    Customization.objects.update_or_create(id=1, defaults={"stamp": uuid7()})
    forget_overlay()


def can_have_fields(entity: Entity) -> bool:
    """Records of the registry that people see on pages."""
    return entity.pages and issubclass(entity.model_class, Record)


def entity_named(name: str) -> Entity:
    try:
        found: Entity | None = registry.entity(name)
    except UnknownName:
        found = None
    if found is None or not can_have_fields(found):
        raise Invalid.one("entity", "unknown_entity", _("There are no such records here."))
    return found


@transaction.atomic
def define_field(
    *, actor: Actor, entity: str, kind: str, label: Mapping[str, str] | str, name: str = "", required: bool = False,
    unique: bool = False, default: Any = None, options: Mapping[str, Any] | None = None,
    help: Mapping[str, str] | None = None, calculated: Mapping[str, Any] | None = None,
) -> CustomField:  # fmt: skip
    """Make a field. It is there for everybody from the next request on; a job builds its indexes.

    `calculated` is a formula or roll-up that `crm.customization.derived` has checked; nobody else gives it.
    """
    require(actor, MANAGE)
    base, chosen = entity_named(entity), checking.kind_named(kind)
    # One at a time: names and the number of fields are counted under this lock.
    Customization.objects.get_or_create(id=1)
    Customization.objects.select_for_update().get(id=1)
    problems: checking.Problems = {}
    said = checking.words(label, "label", problems, needed=True)
    name = _name_for(base, name, said, problems)
    field = CustomField(
        entity=base.name, name=name, kind=chosen.stored_as, label=said,
        help=checking.words(help, "help", problems, needed=False, most=500),
        position=_next_position(base),
    )  # fmt: skip
    field.options = {**checking.options_of(chosen, _with_target(chosen, options), problems), **(calculated or {})}
    if _indexed_beside(field) >= MOST_INDEXED:
        field.options["indexed"] = False
    _say(field, chosen, {"required": required, "unique": unique, "default": default}, problems)
    checking.refuse(problems)
    try:
        with transaction.atomic():
            field.save(force_insert=True)
    except IntegrityError:
        raise Invalid({"name": [_taken()]}) from None
    if chosen.key == "autonumber":
        _before, _after, _width, first = read_format(field.options["format"]) or ("", "", 1, 1)
        FieldCounter.objects.create(field=field, next=first)
        start_job(NUMBER_JOB, actor=actor, payload={"field": str(field.pk)})
    _told(field, "defined", actor, {key: [None, getattr(field, key)] for key in ("kind", *CHANGEABLE)})
    start_job(INDEX_JOB, actor=actor, payload={"field": str(field.pk)})
    return field


def suggested_name(base: Entity, label: Mapping[str, str]) -> str:
    """A free key for this label."""
    known = CustomField.objects.filter(entity=base.name).values_list("name", flat=True)
    return suggest_name(label, {*known, *base.all_fields})


def _with_target(kind: FieldKind, options: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {name: value for name, value in (options or {}).items() if name != "target" or not kind.target}


def _taken() -> Problem:
    return Problem("taken", _("This key is taken, perhaps by a field that was deactivated. Choose another."))


def _name_for(base: Entity, name: str, label: Mapping[str, str], problems: checking.Problems) -> str:
    known = set(CustomField.objects.filter(entity=base.name).values_list("name", flat=True))
    if len(known) >= MOST_FIELDS:
        message = _("There are {most} fields already, deactivated ones included. Delete some for good first.")
        raise Invalid.one("", "too_many_fields", format_lazy(message, most=MOST_FIELDS))
    taken = known | set(base.all_fields)
    if not name:
        return suggest_name(label, taken)
    name = name if name.startswith("x_") else f"x_{name}"
    if not is_good(name):
        message = _("A key begins with a letter and has small Latin letters, digits and _ only, at most 40 of them.")
        problems["name"] = [Problem("bad_name", message)]
    elif collides(name, taken):
        problems["name"] = [_taken()]
    return name


def _next_position(base: Entity) -> int:
    last = CustomField.objects.filter(entity=base.name).aggregate(last=Max("position"))["last"]
    return min((last or 0) + 1, 32_000)


def _say(field: CustomField, kind: FieldKind, said: Mapping[str, Any], problems: checking.Problems) -> None:
    """Required, unique and default, where the kind has them."""
    for name in ("required", "unique"):
        if name in said:
            if said[name] and name not in kind.takes:
                problems[name] = [Problem("not_for_kind", _("A field of this kind does not have this."))]
            setattr(field, name, bool(said[name]))
    if "default" not in said or problems:
        return
    if said["default"] not in (None, "", []) and "default" not in kind.takes:
        problems["default"] = [Problem("not_for_kind", _("A field of this kind does not have this."))]
        return
    try:
        field.default = checking.default_for(field, said["default"])
    except BadValue as error:
        problems["default"] = [Problem(error.code, error.message)]
    if field.unique and field.default is not None:
        problems["default"] = [Problem("unique", _("A value that only one record may have cannot be everybody's."))]


def get_field(pk: UUID | str, *, actor: Actor, lock: bool = False) -> CustomField:
    """A definition that is not deleted, for whoever may change it."""
    require(actor, MANAGE)
    rows = CustomField.objects.exclude(state=State.DELETED)
    try:
        identifier = pk if isinstance(pk, UUID) else UUID(str(pk))
    except ValueError:
        raise NotFound() from None
    field = (rows.select_for_update() if lock else rows).filter(pk=identifier).first()
    if field is None:
        raise NotFound()
    return field


def kind_of(field: CustomField) -> FieldKind:
    """What people chose; a kind that Settings does not offer says its own name."""
    if is_derived(field):
        return CALCULATED["formula" if field.options.get("formula") else "rollup"]
    return value_kind_of(field)


def value_kind_of(field: CustomField) -> FieldKind:
    """The kind of its values; of a calculated field that is what the formula gives."""
    key = key_of(field.kind, str(field.options.get("target", "")))
    return BY_KEY.get(key) or FieldKind(key, key, "", "puzzle")


@transaction.atomic
def change_field(pk: UUID | str, *, actor: Actor, **changes: Any) -> CustomField:
    """Say something else of a field; what is not named stays. Options are given whole."""
    field = get_field(pk, actor=actor, lock=True)
    kind, problems = kind_of(field), checking.Problems()
    before = {name: getattr(field, name) for name in CHANGEABLE}
    if strangers := set(changes) - set(CHANGEABLE):
        raise Invalid({name: [Problem("unknown_field", _("This cannot be changed."))] for name in strangers})
    if "label" in changes:
        field.label = checking.words(changes["label"], "label", problems, needed=True)
    if "help" in changes:
        field.help = checking.words(changes["help"], "help", problems, needed=False, most=500)
    if "options" in changes:
        field.options = _new_options(field, kind, changes["options"] or {}, problems)
    if field.options.get("indexed", True) and not before["options"].get("indexed", True):
        _require_room(field, problems)
    _say(field, kind, changes, problems)
    checking.refuse(problems)
    if field.unique and not before["unique"]:
        _refuse_duplicates(field)
    diff = {name: [before[name], getattr(field, name)] for name in CHANGEABLE if before[name] != getattr(field, name)}
    if not diff:
        return field
    if "unique" in diff or before["options"].get("indexed", True) != field.options.get("indexed", True):
        field.indexed_at, field.index_problem = None, ""
        start_job(INDEX_JOB, actor=actor, payload={"field": str(field.pk)})
    field.save()
    _told(field, "changed", actor, diff)
    if "options" in diff and field.kind == "choice":
        refill_readers(field.entity)  # formulas write the labels of choices
    return field


def _indexed_beside(field: CustomField) -> int:
    others = CustomField.objects.filter(entity=field.entity).exclude(pk=field.pk).exclude(state=State.DELETED)
    return sum(options.get("indexed", True) for options in others.values_list("options", flat=True))


def _require_room(field: CustomField, problems: checking.Problems) -> None:
    if _indexed_beside(field) >= MOST_INDEXED:
        message = _("{most} fields are indexed already; more would slow down every change. Take it off another first.")
        problems["indexed"] = [Problem("too_many_indexed", format_lazy(message, most=MOST_INDEXED))]


def _new_options(
    field: CustomField, kind: FieldKind, given: Mapping[str, Any], problems: checking.Problems
) -> dict[str, Any]:
    """Checked options; what a relation points to stays, and choices that records have are retired, not lost."""
    if is_derived(field):
        rest = {name: value for name, value in field.options.items() if name != "indexed"}
        return {**rest, **({"indexed": False} if given.get("indexed") is False else {})}
    asked = {**given, **({"target": field.options["target"]} if kind.key == "relation" else {})}
    options = checking.options_of(kind, _with_target(kind, asked), problems)
    if "choices" in options:
        kept = {choice["key"] for choice in options["choices"]}
        lost = [choice for choice in field.options.get("choices", ()) if choice["key"] not in kept]
        options["choices"] += [{**choice, "retired": True} for choice in lost if _is_used(field, choice["key"])]
    if kind.key == "autonumber" and not problems and (read := read_format(options["format"])):
        FieldCounter.objects.filter(field=field, next__lt=read[3]).update(next=read[3])
    return options


def _is_used(field: CustomField, key: str) -> bool:
    held = {f"extra__{field.name}__contains": key} if field.kind == "multichoice" else {f"extra__{field.name}": key}
    return bool(registry.entity(field.entity).records(everything=True).filter(**held).exists())


def _refuse_duplicates(field: CustomField) -> None:
    found = duplicates_of(field)
    if found:
        message = _("{count} values stand in more than one record. Mend those first; they are listed below.")
        raise Invalid.one("unique", "duplicates", format_lazy(message, count=found.count))


@transaction.atomic
def deactivate_field(pk: UUID | str, *, actor: Actor) -> CustomField:
    """Take a field away from everybody; its values stay where they are, and `restore_field` brings all of it back."""
    return _move(pk, State.ACTIVE, State.DEACTIVATED, "deactivated", actor)


@transaction.atomic
def restore_field(pk: UUID | str, *, actor: Actor) -> CustomField:
    return _move(pk, State.DEACTIVATED, State.ACTIVE, "restored", actor)


def _move(pk: UUID | str, old: State, new: State, verb: str, actor: Actor) -> CustomField:
    field = get_field(pk, actor=actor, lock=True)
    if field.state == old:
        if new != State.ACTIVE:
            require_unneeded(field)
        field.state = new
        field.save(update_fields=["state"])
        _told(field, verb, actor, {"state": [str(old), str(new)]})
        if new == State.ACTIVE:
            _back(field)
    return field


def _back(field: CustomField) -> None:
    """What is calculated works, or stays away; then everything that depends on it is brought up to date."""
    from crm.customization import derived  # it stands on this module

    if is_derived(field):
        derived.require_working(field)
        ensure_nightly()
    refill_readers(field.entity)


@transaction.atomic
def delete_field(pk: UUID | str, *, actor: Actor, typed: str) -> None:
    """Delete for good, by the typed name. Nobody sees it from now on; a job removes its values and indexes, and until
    that is done the name stays taken, so that a new field never meets old values."""
    field = get_field(pk, actor=actor, lock=True)
    names = {field.name, field.name.removeprefix("x_"), *field.label.values()}
    if typed.strip() not in names:
        raise Invalid.one("typed", "not_typed", format_lazy(_("Type {name} to delete it."), name=field.name))
    require_unneeded(field)
    field.state = State.DELETED
    field.save(update_fields=["state"])
    _told(field, "deleted", actor, {key: [getattr(field, key), None] for key in ("kind", *CHANGEABLE)})
    start_job(PURGE_JOB, actor=actor, payload={"field": str(field.pk)})


@transaction.atomic
def order_fields(entity: str, names: Sequence[str], *, actor: Actor) -> None:
    """Fields in this order; those not named stand behind them as before."""
    require(actor, MANAGE)
    rows = list(CustomField.objects.filter(entity=entity).select_for_update().order_by("position", "created_at"))
    place = {name: number for number, name in enumerate(names)}
    before = [row.name for row in rows]
    rows.sort(key=lambda row: place.get(row.name, len(place)))
    if before == [row.name for row in rows]:
        return
    for number, row in enumerate(rows, start=1):
        row.position = number
    CustomField.objects.bulk_update(rows, ["position"])
    changed()
    after = [row.name for row in rows]
    audit.record_act("ordered", actor=actor, entity=entity, label=entity, changes={"order": [before, after]})


def require_unneeded(field: CustomField) -> None:
    """Refuse to take away what others are calculated from."""
    from crm.customization import derived  # it stands on this module

    if field.state == State.ACTIVE:
        derived.require_unneeded(field.entity, field.name)


def _told(field: CustomField, verb: str, actor: Actor, changes: Mapping[str, Any]) -> None:
    """Audit, event, and the stamp by which everybody reads the definitions again."""
    changed()
    audit.record_act(verb, actor=actor, entity="custom_field", label=f"{field.entity}.{field.name}", changes=changes)
    publish(f"crm.field_{verb}", {"id": str(field.pk), "entity": field.entity, "name": field.name})


def registry_field(field: CustomField) -> Any:
    """The field as the registry has it, whatever its state."""
    return fields_of(field)[0]


def count_filled(field: CustomField) -> int:
    """How many records hold a value of it."""
    rows = registry.entity(field.entity).records()
    return int(rows.filter(extra__has_key=field.name).count())


__all__ = [
    "CHANGEABLE", "INDEX_JOB", "MANAGE", "NUMBER_JOB", "PURGE_JOB", "can_have_fields", "change_field", "changed",
    "count_filled", "deactivate_field", "define_field", "delete_field", "entity_named", "get_field", "kind_of",
    "order_fields", "registry_field", "restore_field", "suggested_name",
    "value_kind_of",
]  # fmt: skip
