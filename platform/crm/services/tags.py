"""Putting tags on records and taking them off."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.models import Tag, Tagging
from kernel.access import Actor, get_record_for, records_visible_to, require_open
from kernel.errors import Invalid, NotFound
from kernel.ids import uuid7
from kernel.records import Outcome, bulk_delete, create_record, upsert_records
from kernel.registry import Entity, registry
from kernel.registry.book import UnknownName
from kernel.text.folding import match_key

NOT_TAGGABLE = _("Records of this kind carry no tags.")


def prepare_tagging(tagging: Any, changed: set[str], actor: Actor) -> None:
    if "entity" in changed:
        taggable(tagging.entity)


def taggable(name: str) -> Entity:
    """The entity of this name, if its records may carry tags."""
    try:
        kind = registry.entity(name)
    except UnknownName:
        raise Invalid.one("entity", "not_taggable", NOT_TAGGABLE) from None
    if not kind.asides:
        raise Invalid.one("entity", "not_taggable", NOT_TAGGABLE)
    return kind


@transaction.atomic
def add_tag(
    entity: str | Entity, ids: Iterable[UUID], tag: UUID, *, actor: Actor, batch: UUID | None = None
) -> Outcome:
    """Put one tag on many records; those that are not the actor's to change are counted as refused.

    `batch` joins the parts of one large act, so that one undo takes them all back.
    """
    require_open()
    kind = taggable(registry.entity(entity).name)
    label = get_record_for(actor, "tag", tag)
    wanted = list(dict.fromkeys(ids))
    allowed = set(records_visible_to(actor, kind, "change").filter(pk__in=wanted).values_list("pk", flat=True))
    has = set(_of(kind, allowed).filter(tag_id=label.pk).values_list("record_id", flat=True))
    rows = [{"tag": label, "entity": kind.name, "record_id": pk} for pk in wanted if pk in allowed - has]
    outcome = Outcome(batch=batch or uuid7())
    made = upsert_records("tagging", rows, actor=actor, match=(), batch=outcome.batch)
    outcome.changed = sum(result.kind == "made" for result in made)
    outcome.unchanged, outcome.refused = len(has), len(wanted) - len(allowed)
    return outcome


def names_in(text: str) -> list[str]:
    """Tags written in one cell: by commas or semicolons of either script, or by lines."""
    found = (" ".join(part.split())[:60] for part in re.split(r"[,،;؛\n]", text))
    return list(dict.fromkeys(name for name in found if name))


def known_names() -> set[str]:
    """The names of all tags, folded."""
    return {match_key(name) for name in Tag.objects.values_list("name", flat=True)}


@transaction.atomic
def put_tags(entity: str | Entity, wishes: Mapping[UUID, Sequence[str]], *, actor: Actor, batch: UUID) -> set[UUID]:
    """Put tags on many records by their names, making those that are missing; which records got a new one.

    A fixed number of queries, and one for each tag that is new.
    """
    require_open()
    kind = taggable(registry.entity(entity).name)
    tags = _named(dict.fromkeys(name for names in wishes.values() for name in names), actor)
    allowed = set(records_visible_to(actor, kind, "change").filter(pk__in=list(wishes)).values_list("pk", flat=True))
    has = set(_of(kind, allowed).values_list("record_id", "tag_id"))
    due = [
        (pk, tags[match_key(name)])
        for pk, names in wishes.items()
        for name in names
        if pk in allowed and (pk, tags[match_key(name)].pk) not in has
    ]
    due = list({(pk, tag.pk): (pk, tag) for pk, tag in due}.values())
    rows = [{"tag": tag, "entity": kind.name, "record_id": pk} for pk, tag in due]
    results = upsert_records("tagging", rows, actor=actor, match=(), batch=batch) if rows else []
    return {pk for (pk, _tag), result in zip(due, results, strict=True) if result.kind == "made"}


def _named(names: Iterable[str], actor: Actor) -> dict[str, Tag]:
    """Tags by their folded names; who may not make a tag may not bring in a new word."""
    tags = {match_key(tag.name): tag for tag in Tag.objects.all()}
    for name in names:
        if match_key(name) not in tags:
            values = {"name": name, "colour": next_colour()}
            tags[match_key(name)] = create_record("tag", actor=actor, values=values)
    return tags


@transaction.atomic
def remove_tag(
    entity: str | Entity, ids: Iterable[UUID], tag: UUID, *, actor: Actor, batch: UUID | None = None
) -> Outcome:
    """Take one tag off many records; those that do not wear it are counted as unchanged."""
    kind, wanted = taggable(registry.entity(entity).name), list(dict.fromkeys(ids))
    rows = list(_of(kind, wanted).filter(tag_id=tag).values_list("pk", flat=True))
    outcome = bulk_delete("tagging", rows, actor=actor, batch=batch)
    outcome.unchanged = len(wanted) - len(rows)
    return outcome


def _of(kind: Entity, ids: Iterable[UUID]) -> Any:
    return Tagging.objects.filter(entity=kind.name, record_id__in=list(ids))


def tag_meant(text: str, *, actor: Actor) -> Tag | str:
    """The tag that is meant, by its id or its name, or the name of one that is to be made ("new:<name>")."""
    try:
        found: Tag = get_record_for(actor, "tag", UUID(text))
        return found
    except ValueError:
        pass
    name = " ".join(text.removeprefix("new:").split())[:60]
    if not name:
        raise NotFound()
    return Tag.objects.filter(name=name).first() or name


def tag_named(text: str, *, actor: Actor) -> Tag:
    """The same, made where it is new."""
    meant = tag_meant(text, actor=actor)
    if isinstance(meant, Tag):
        return meant
    made: Tag = create_record("tag", actor=actor, values={"name": meant, "colour": next_colour()})
    return made


def next_colour() -> str:
    """Colours in turn, so that a row of tags is told apart without anybody choosing."""
    order: Sequence[str] = ("blue", "amber", "teal", "plum", "green", "grey")
    return order[Tag.objects.count() % len(order)]
