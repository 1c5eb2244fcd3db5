"""Relations between entities: one to many by a field, many to many by records that link two others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.customization import checking, services
from crm.customization.loading import entity_of
from crm.customization.objects import CHANGEABLE, make_object, tell
from crm.customization.services import MANAGE, changed, define_field, entity_named
from crm.models import CustomField, CustomObject, CustomRelation
from kernel import audit
from kernel.access import Actor, require
from kernel.errors import Invalid, NotFound, Problem
from kernel.events import publish
from kernel.registry import Entity

SAID: Final = ("label", "listed", "columns", "position", "on_delete")
_MOST_COLUMNS: Final = 6


@transaction.atomic
def define_relation(
    *, actor: Actor, entity: str, target: str, label: Any, name: str = "", required: bool = False,
    list_label: Any = None, listed: bool = True, columns: Sequence[str] = (), position: int = 0,
    on_delete: str = "keep", help: Any = None,
) -> CustomRelation:  # fmt: skip
    """A field of `entity` that points to `target`, and the list of those records on the other's page."""
    require(actor, MANAGE)
    entity_named(target)
    field = define_field(
        actor=actor, entity=entity, kind="relation", label=label, name=name, required=required, help=help,
        options={"target": target},
    )  # fmt: skip
    said = {"label": list_label, "listed": listed, "columns": columns, "position": position, "on_delete": on_delete}
    return _said(field, said, actor)


def _said(field: CustomField, said: Mapping[str, Any], actor: Actor) -> CustomRelation:
    """Keep what is said of a relation; what is not named stays."""
    relation = CustomRelation.objects.select_for_update().filter(field=field).first() or CustomRelation(field=field)
    problems: checking.Problems = {}
    before = {key: getattr(relation, key) for key in SAID}
    if "label" in said:
        relation.label = checking.words(said["label"], "list_label", problems, needed=False, most=80)
    if "listed" in said:
        relation.listed = bool(said["listed"])
    if "columns" in said:
        relation.columns = _columns(entity_of(field.entity), said["columns"], problems)
    if "position" in said:
        relation.position = _position(said["position"], problems)
    if "on_delete" in said:
        _set_on_delete(relation, field, str(said["on_delete"]), problems)
    checking.refuse(problems)
    diff = {key: [before[key], getattr(relation, key)] for key in SAID if before[key] != getattr(relation, key)}
    relation.save()
    if diff:
        changed()
        label = f"{field.entity}.{field.name}"
        audit.record_act("changed", actor=actor, entity="custom_relation", label=label, changes=diff)
        publish("crm.relation_changed", {"id": str(field.pk), "entity": field.entity, "name": field.name})
    return relation


def _columns(entity: Entity, given: Any, problems: checking.Problems) -> list[str]:
    names = [str(name) for name in given or ()]
    if strangers := [name for name in names if name not in entity.all_fields]:
        message = format_lazy(_("There is no field “{name}” here."), name=strangers[0][:60])
        problems["columns"] = [Problem("unknown_field", message)]
    elif len(names) > _MOST_COLUMNS:
        message = format_lazy(_("At most {most} columns fit."), most=_MOST_COLUMNS)
        problems["columns"] = [Problem("too_many", message)]
    return list(dict.fromkeys(names))


def _position(given: Any, problems: checking.Problems) -> int:
    if isinstance(given, int) and 0 <= given <= 1000:
        return given
    problems["position"] = [Problem("range", _("A whole number from 0 to 1000 is expected here."))]
    return 0


def _set_on_delete(relation: CustomRelation, field: CustomField, wish: str, problems: checking.Problems) -> None:
    if wish not in CustomRelation.OnDelete.values:
        problems["on_delete"] = [Problem("choice", _("There is no such choice here."))]
    elif wish == CustomRelation.OnDelete.CLEAR and field.required:
        message = _("The field must be filled in, so it cannot be emptied. Keep it pointing, or refuse the deletion.")
        problems["on_delete"] = [Problem("required", message)]
    else:
        relation.on_delete = CustomRelation.OnDelete(wish)


def get_relation_field(pk: UUID | str, *, actor: Actor, lock: bool = False) -> CustomField:
    field = services.get_field(pk, actor=actor, lock=lock)
    if field.kind != "relation" or field.options.get("target") in ("user", "team"):
        raise NotFound()
    return field


@transaction.atomic
def change_relation(pk: UUID | str, *, actor: Actor, **said: Any) -> CustomRelation:
    """Say something else of the relation this field is; its own label and duty are `services.change_field`'s."""
    field = get_relation_field(pk, actor=actor, lock=True)
    if strangers := set(said) - set(SAID):
        raise Invalid({name: [Problem("unknown_field", _("This cannot be changed."))] for name in strangers})
    return _said(field, said, actor)


@transaction.atomic
def retell_relation(pk: UUID | str, *, actor: Actor, label: Any, list_label: Any, **said: Any) -> CustomRelation:
    """Both sides at once, as the form in Settings has them."""
    services.change_field(pk, actor=actor, label=label)
    return change_relation(pk, actor=actor, label=list_label, **said)


def relations_of(*, actor: Actor) -> list[CustomField]:
    """Every relation of the organization's own, those put away included."""
    require(actor, MANAGE)
    rows = CustomField.objects.exclude(state=CustomField.State.DELETED).filter(kind="relation")
    rows = rows.exclude(options__target__in=["user", "team"]).select_related("relation")
    return list(rows.order_by("entity", "position", "created_at"))


def said_of(field: CustomField) -> CustomRelation:
    """What is said of it, or what holds where nothing is."""
    found: CustomRelation | None = getattr(field, "relation", None)
    return found or CustomRelation(field=field)


@transaction.atomic
def define_link(
    *, actor: Actor, first: str, second: str, label: Any, label_plural: Any, name: str = "", plural: str = "",
    first_label: Any = None, second_label: Any = None, first_list: Any = None, second_list: Any = None,
    icon: str = "link", in_navigation: bool = False, open_to: str = "everyone",
) -> CustomObject:  # fmt: skip
    """Records that link two others, any number on either side, with fields of their own.

    `first_label` and `second_label` say what each end is called (needed where both are of one kind), `first_list` what
    the list on a record of `first` is called: it shows the second ends.
    """
    require(actor, MANAGE)
    ends = [entity_named(first), entity_named(second)]
    if any(end.ends for end in ends):
        raise Invalid.one("first", "link", _("A link joins records, not other links."))
    said = {"label": label, "label_plural": label_plural, "icon": icon, "in_navigation": in_navigation}
    link = make_object(said, name, plural, open_to=open_to, link=True)
    changed()
    labels = [_end_label(end, given) for end, given in zip(ends, (first_label, second_label), strict=True)]
    if ends[0] == ends[1] and labels[0] == labels[1]:
        raise Invalid.one("second_label", "same", _("Name both ends, so that people can tell them apart."))
    fields = []
    # The list on the first's page stands by the field that points there.
    for end, called, heading in zip(ends, labels, (first_list, second_list), strict=True):
        made = define_field(
            actor=actor, entity=link.name, kind="relation", label=called, required=True, options={"target": end.name}
        )
        _said(made, {"label": heading}, actor)
        fields.append(made.name)
    link.ends = fields
    link.save(update_fields=["ends"])
    tell(link, "defined", actor, {key: [None, getattr(link, key)] for key in (*CHANGEABLE, "ends")})
    return link


def _end_label(end: Entity, given: Any) -> Any:
    """What the end is called: as was said, or as the entity itself is."""
    if given and (isinstance(given, str) or any(given.values())):
        return given
    return called(end)


def called(entity: Entity) -> dict[str, str]:
    """What an entity is called, in both languages."""
    words = {}
    for language in checking.LANGUAGES:
        with override(language):
            words[language] = str(entity.label)
    return words
