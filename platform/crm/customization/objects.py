"""Entities of the organization's own: made, changed, ordered, put away, brought back and deleted for good."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.customization import checking
from crm.customization.derived import require_entity_unneeded
from crm.customization.names import is_good, suggest_name
from crm.customization.services import MANAGE, changed
from crm.models import CustomField, Customization, CustomObject, CustomRecord
from kernel import audit
from kernel.access import Actor, require
from kernel.custom import PREFIX
from kernel.derived import refill_readers
from kernel.errors import Invalid, NotFound, Problem
from kernel.events import publish
from kernel.jobs import start_job
from kernel.registry import ACTIONS, registry
from kernel.text.folding import match_key
from kernel.values_text import shown

PURGE_JOB: Final = "crm.object_purge"
MOST_OBJECTS: Final = 100
#: What the built-in roles may do with an entity until somebody says otherwise, by who shall use it at first.
_ALL: Final = dict.fromkeys(ACTIONS, "all")
_WORK: Final = {"view": "all", "add": "all", "change": "own", "delete": "own"}
AUDIENCES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "everyone": {"manager": _ALL, "member": _WORK, "reader": {"view": "all"}},
    "own": {"manager": _ALL, "member": {**_WORK, "view": "own"}},
    "managers": {"manager": _ALL},
    "admins": {},
}
ICONS: Final = (
    "box", "briefcase", "package", "boxes", "folder", "file-text", "clipboard-list", "book-open", "notebook-pen",
    "calendar-days", "map-pin", "building", "factory", "warehouse", "store", "house", "landmark", "truck", "plane",
    "wrench", "cpu", "server", "smartphone", "key-round", "shield", "award", "badge-check", "star", "heart", "gem",
    "gift", "ticket", "tag", "target", "goal", "flag", "rocket", "lightbulb", "handshake", "users-round", "user-cog",
    "id-card", "network", "git-branch", "route", "scale", "coins", "wallet", "receipt", "credit-card", "chart-bar",
    "megaphone", "message-square", "headset", "life-buoy", "graduation-cap", "globe", "palette", "link", "blocks",
)  # fmt: skip
CHANGEABLE: Final = ("label", "label_plural", "title_label", "help", "icon", "in_navigation")
_WORDS: Final = {"label": True, "label_plural": True, "title_label": False, "help": False}
_BAD_KEY: Final = _("A key begins with a letter and has small Latin letters, digits and _ only, at most 40 of them.")
_NAMED: Final = {"fa": "نام", "en": "Name"}


@transaction.atomic
def define_object(
    *, actor: Actor, label: Any, label_plural: Any, name: str = "", plural: str = "", title_label: Any = None,
    help: Any = None, icon: str = "box", open_to: str = "everyone", levels: Mapping[str, Any] | None = None,
    in_navigation: bool = True,
) -> CustomObject:  # fmt: skip
    """Make an entity with lists, forms, API and permissions like any other. It is there from the next request on."""
    require(actor, MANAGE)
    made = make_object(
        {"label": label, "label_plural": label_plural, "title_label": title_label, "help": help, "icon": icon,
         "in_navigation": in_navigation}, name, plural, open_to=open_to, levels=levels,
    )  # fmt: skip
    tell(made, "defined", actor, {key: [None, getattr(made, key)] for key in CHANGEABLE})
    return made


def make_object(
    said: Mapping[str, Any], name: str, plural: str, *, open_to: str = "everyone",
    levels: Mapping[str, Any] | None = None, link: bool = False,
) -> CustomObject:  # fmt: skip
    """The row, checked. One at a time: names and their number are counted under a lock."""
    Customization.objects.get_or_create(id=1)
    Customization.objects.select_for_update().get(id=1)
    if CustomObject.objects.count() >= MOST_OBJECTS:
        message = _("There are {most} kinds of records already, those put away included. Delete some for good first.")
        raise Invalid.one("", "too_many_objects", format_lazy(message, most=shown(MOST_OBJECTS)))
    problems: checking.Problems = {}
    if open_to not in AUDIENCES:
        problems["open_to"] = [Problem("choice", _("There is no such choice here."))]
    made = CustomObject(is_link=link, levels=dict(AUDIENCES.get(open_to, {}) if levels is None else levels))
    _say(made, said, problems)
    made.title_label = made.title_label or dict(_NAMED)
    made.name, made.plural = _keys(made, name, plural, problems)
    made.position = min((CustomObject.objects.aggregate(last=Max("position"))["last"] or 0) + 1, 32_000)
    checking.refuse(problems)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Invalid({"name": [_taken()]}) from None
    return made


def _say(one: CustomObject, said: Mapping[str, Any], problems: checking.Problems) -> None:
    for key, needed in _WORDS.items():
        if key in said:
            most = 500 if key == "help" else 80
            setattr(one, key, checking.words(said[key], key, problems, needed=needed, most=most))
    if "icon" in said:
        one.icon = str(said["icon"] or "box")
        if one.icon not in ICONS:
            problems["icon"] = [Problem("choice", _("There is no such icon here."))]
    if "in_navigation" in said:
        one.in_navigation = bool(said["in_navigation"])
    for key in ("label", "label_plural"):
        if key in said and key not in problems and (other := _called_so(one, key)):
            message = _("“{other}” is called so already. Choose another word.")
            problems[key] = [Problem("taken", format_lazy(message, other=other))]


def _called_so(one: CustomObject, key: str) -> str:
    """The entity that people could not tell from this one."""
    wanted = {language: match_key(text) for language, text in getattr(one, key).items()}
    for entity in registry.entities:
        if entity.name == one.name or not entity.pages:
            continue
        for language, text in wanted.items():
            with override(language):
                called = str(entity.label if key == "label" else entity.label_plural)
            if text == match_key(called):
                return called
    return ""


def _taken() -> Problem:
    return Problem("taken", _("This key is taken, perhaps by something that was put away. Choose another."))


def taken_names() -> tuple[set[str], set[str]]:
    """Names and plurals that an entity of one's own cannot have: ours too, since the prefix alone tells no person."""
    own = CustomObject.objects.values_list("name", "plural")
    ours = [(f"{PREFIX}{entity.name}", f"{PREFIX}{entity.plural}") for entity in registry.installed_entities]
    names, plurals = zip(*[*ours, *own], strict=True)
    return set(names), set(plurals)


def suggested_keys(label: Mapping[str, str], label_plural: Mapping[str, str]) -> tuple[str, str]:
    """Free keys for these labels."""
    names, plurals = taken_names()
    name = suggest_name(label, names)
    return name, suggest_name(_plural_words(name, label_plural), plurals)


def _plural_words(name: str, label_plural: Mapping[str, str]) -> Mapping[str, str]:
    """A plural that only Persian has would hardly be read in Latin letters."""
    return label_plural if label_plural.get("en") else {"en": f"{name.removeprefix(PREFIX)}s"}


def _keys(one: CustomObject, name: str, plural: str, problems: checking.Problems) -> tuple[str, str]:
    names, plurals = taken_names()
    found: list[str] = []
    for where, given, taken in (("name", name, names), ("plural", plural, plurals)):
        if not given:
            label = one.label if where == "name" else _plural_words(found[0], one.label_plural)
            found.append(suggest_name(label, taken))
            continue
        key = given if given.startswith(PREFIX) else f"{PREFIX}{given}"
        if not is_good(key):
            problems[where] = [Problem("bad_name", _BAD_KEY)]
        elif key in taken:
            problems[where] = [_taken()]
        found.append(key)
    return found[0], found[1]


def get_object(name: UUID | str, *, actor: Actor, lock: bool = False) -> CustomObject:
    """A definition that is not deleted, by its name or id, for whoever may change it."""
    require(actor, MANAGE)
    rows = CustomObject.objects.filter(deleted_at=None)
    rows = rows.select_for_update() if lock else rows
    try:
        found = rows.filter(pk=name if isinstance(name, UUID) else UUID(str(name))).first()
    except ValueError:
        found = rows.filter(name=str(name)[:50]).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def change_object(name: UUID | str, *, actor: Actor, **changes: Any) -> CustomObject:
    """Call it otherwise, or give it another icon; what is not named stays, and so do its keys."""
    one, problems = get_object(name, actor=actor, lock=True), checking.Problems()
    before = {key: getattr(one, key) for key in CHANGEABLE}
    if strangers := set(changes) - set(CHANGEABLE):
        raise Invalid({key: [Problem("unknown_field", _("This cannot be changed."))] for key in strangers})
    _say(one, changes, problems)
    checking.refuse(problems)
    diff = {key: [before[key], getattr(one, key)] for key in CHANGEABLE if before[key] != getattr(one, key)}
    if diff:
        one.save()
        tell(one, "changed", actor, diff)
    return one


@transaction.atomic
def deactivate_object(name: UUID | str, *, actor: Actor) -> CustomObject:
    """Take it away from everybody. Records, fields, views and what points to it stay as they are."""
    one = get_object(name, actor=actor, lock=True)
    if one.deactivated_at is None:
        require_entity_unneeded(one.name)
        one.deactivated_at = timezone.now()
        one.save(update_fields=["deactivated_at"])
        tell(one, "deactivated", actor, {})
    return one


@transaction.atomic
def restore_object(name: UUID | str, *, actor: Actor) -> CustomObject:
    one = get_object(name, actor=actor, lock=True)
    if one.deactivated_at is not None:
        one.deactivated_at = None
        one.save(update_fields=["deactivated_at"])
        tell(one, "restored", actor, {})
        refill_readers(one.name)
    return one


def links_of(one: CustomObject) -> list[CustomObject]:
    """Links that have an end here: they cannot be without it."""
    rows = CustomField.objects.filter(kind="relation", options__target=one.name).values_list("entity", flat=True)
    links = CustomObject.objects.filter(is_link=True, deleted_at=None, name__in=list(rows)).exclude(pk=one.pk)
    return list(links.order_by("position"))


def count_records(ones: Iterable[CustomObject]) -> int:
    """Records that a deletion for good would take along, deleted ones included."""
    return CustomRecord.everything.filter(object__in=[one.name for one in ones]).count()


@transaction.atomic
def delete_object(name: UUID | str, *, actor: Actor, typed: str) -> None:
    """Delete for good, by the typed name. Nobody sees it from now on; a job removes its records, and until that is
    done its name stays taken, so that a new entity never meets old records."""
    one = get_object(name, actor=actor, lock=True)
    names = (one.name, one.name.removeprefix(PREFIX), *one.label.values())
    if match_key(typed) not in {match_key(name) for name in names}:
        raise Invalid.one("typed", "not_typed", format_lazy(_("Type {name} to delete it."), name=one.name))
    going = [one, *links_of(one)]
    for each in going:
        require_entity_unneeded(each.name, but={other.name for other in going})
    counted = count_records(going)
    for each in going:
        each.deleted_at = timezone.now()
        each.save(update_fields=["deleted_at"])
        tell(each, "deleted", actor, {"records": [counted if each == one else None, None]})
        start_job(PURGE_JOB, actor=actor, payload={"object": each.name})


@transaction.atomic
def order_objects(names: Sequence[str], *, actor: Actor) -> None:
    """In this order in the navigation; those not named stand behind them as before."""
    require(actor, MANAGE)
    rows = list(CustomObject.objects.filter(deleted_at=None).select_for_update().order_by("position", "created_at"))
    place = {name: number for number, name in enumerate(names)}
    before = [row.name for row in rows]
    rows.sort(key=lambda row: place.get(row.name, len(place)))
    after = [row.name for row in rows]
    if before == after:
        return
    for number, row in enumerate(rows, start=1):
        row.position = number
    CustomObject.objects.bulk_update(rows, ["position"])
    changed()
    audit.record_act("ordered", actor=actor, entity="custom_object", changes={"order": [before, after]})


def tell(one: CustomObject, verb: str, actor: Actor, changes: Mapping[str, Any]) -> None:
    """Audit, event, and the stamp by which everybody reads the definitions again."""
    changed()
    audit.record_act(verb, actor=actor, entity="custom_object", label=one.name, changes=changes)
    publish(f"crm.object_{verb}", {"id": str(one.pk), "name": one.name})
