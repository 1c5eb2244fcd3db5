"""The tags of a record as one value: what programs send for it, and giving records exactly that."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.models import Tag, Tagging
from crm.services.tags import next_colour, taggable
from kernel.access import Actor, may_add, records_visible_to, require_open
from kernel.badvalue import BadValue
from kernel.clean import NO_SUCH_RECORD, read_wish
from kernel.errors import Invalid, Problem
from kernel.ids import uuid7
from kernel.narrowing import NOT_YOURS
from kernel.records import bulk_delete, create_record, upsert_records
from kernel.registry import Entity, registry
from kernel.text.folding import match_key
from kernel.values import parse_value

#: As many tags as one record may be given.
MOST: Final = 100

#: A tag that there is, or the name of one that is to be made.
Wished = Tag | str

_NEW = Problem("new_tag", _("There is no tag of this name, and you may not make one. Choose one that there is."))
_NO_LIST = Problem("not_a_list", _("Tags are a list of ids or names, at most 100."))


def clean_tags(givens: Sequence[Any], *, actor: Actor) -> list[tuple[list[Wished], list[Problem]]]:
    """What was sent for each record; one query. Tags are named as relations are: by an id, a name, {"id"}, {"name"}."""
    known = _Known(actor) if any(givens) else None
    return [_clean(given, known) for given in givens]


class _Known:
    """The tags that an actor may see, and whether they may make more."""

    def __init__(self, actor: Actor) -> None:
        tags = list(records_visible_to(actor, "tag").order_by("-pk"))
        self.by_id: dict[UUID, Tag] = {tag.pk: tag for tag in tags}
        # Of two names that differ in letter forms alone the one that was written exactly so is meant, or the elder.
        self.by_key: dict[str, Tag] = {match_key(tag.name): tag for tag in tags}
        self.by_name: dict[str, Tag] = {tag.name: tag for tag in tags}
        self.may_add = may_add("tag", actor) and actor.may(registry.entity("tag").permission("view"))

    def find(self, given: Any) -> Wished:
        wish = _read(given)
        if isinstance(wish, UUID):
            if wish not in self.by_id:
                raise BadValue(NO_SUCH_RECORD.code, NO_SUCH_RECORD.message)
            return self.by_id[wish]
        found = self.by_name.get(wish) or self.by_key.get(match_key(wish))
        if found is None and not self.may_add:
            raise BadValue(_NEW.code, _NEW.message)
        return wish if found is None else found


def _read(given: Any) -> UUID | str:
    """The id or the name that is meant. Nothing that is neither becomes a name by being written out as text."""
    named = isinstance(given, Mapping)
    texts = list(given.values()) if named else [given]
    if texts and all(isinstance(text, str) for text in texts):
        wish = read_wish(given)
        if isinstance(wish, UUID):
            return wish
        if wish and wish[0] == ("name" if named else "") and (name := _name(wish[1])):
            return name
    raise BadValue(NO_SUCH_RECORD.code, NO_SUCH_RECORD.message)


def _name(text: str) -> str:
    value = parse_value("text", text, options=registry.entity("tag").field("name").fixed_options)
    return " ".join(str(value or "").split())


def _clean(given: Any, known: _Known | None) -> tuple[list[Wished], list[Problem]]:
    if given is None or given == [] or known is None:
        return ([], []) if given in (None, []) else ([], [_NO_LIST])
    if not isinstance(given, list) or len(given) > MOST:
        return [], [_NO_LIST]
    found: dict[Any, Wished] = {}
    problems: dict[str, Problem] = {}
    for one in given:
        try:
            wish = known.find(one)
        except BadValue as error:
            problems.setdefault(error.code, Problem(error.code, error.message))
        else:
            found.setdefault(match_key(wish) if isinstance(wish, str) else wish.pk, wish)
    return list(found.values()), list(problems.values())


@transaction.atomic
def set_tags(
    entity: str | Entity, wishes: Mapping[UUID, Sequence[Wished]], *, actor: Actor, batch: UUID | None = None
) -> dict[UUID, bool | Problem]:
    """Give each record exactly these tags; whether it changed, or why it was left as it was.

    Who does it must be allowed what the pages ask: to change the record, to put tags on and to take them off. Tags that
    they may not see stay. A fixed number of queries, and one for each tag that is new.
    """
    require_open()
    kind = taggable(registry.entity(entity).name)
    batch = batch or uuid7()
    allowed = set(records_visible_to(actor, kind, "change").filter(pk__in=list(wishes)).values_list("pk", flat=True))
    told: dict[UUID, bool | Problem] = dict.fromkeys(wishes, False)
    has = _worn(kind, wishes, actor)
    made = _make(_new_names(wishes, allowed), actor)
    due: list[tuple[UUID, Tag]] = []
    gone: dict[UUID, UUID] = {}
    for pk, wished in wishes.items():
        worn = has.get(pk, {})
        wanted = {tag.pk: tag for tag in (made.get(w) if isinstance(w, str) else w for w in wished) if tag}
        new = [(pk, tag) for tag in wanted.values() if tag.pk not in worn]
        old = {row: pk for tag, (row, seen) in worn.items() if seen and tag not in wanted}
        if pk in allowed:
            due += new
            gone |= old
        elif new or old or len(wanted) < len(wished):
            told[pk] = NOT_YOURS
    if due and not may_add("tagging", actor):
        told |= dict.fromkeys((pk for pk, _tag in due), NOT_YOURS)
    if gone:
        loose = set(
            records_visible_to(actor, "tagging", "delete").filter(pk__in=list(gone)).values_list("pk", flat=True)
        )
        told |= {pk: NOT_YOURS for row, pk in gone.items() if row not in loose}
    fine = {pk for pk, result in told.items() if not isinstance(result, Problem)}
    due = [(pk, tag) for pk, tag in due if pk in fine]
    rows = [{"tag": tag, "entity": kind.name, "record_id": pk} for pk, tag in due]
    results = upsert_records("tagging", rows, actor=actor, match=(), batch=batch) if rows else []
    for (pk, _tag), result in zip(due, results, strict=True):
        told[pk] = told[pk] or result.kind == "made"
    off = [row for row, pk in gone.items() if pk in fine]
    if off:
        bulk_delete("tagging", off, actor=actor, batch=batch)
        told |= {gone[row]: True for row in off}
    return told


def _worn(kind: Entity, ids: Iterable[UUID], actor: Actor) -> dict[UUID, dict[UUID, tuple[UUID, bool]]]:
    """By record and tag: the row that joins them, and whether the actor may see the tag."""
    rows = Tagging.objects.filter(entity=kind.name, record_id__in=list(ids))
    seen = set(records_visible_to(actor, "tag").filter(pk__in=rows.values("tag_id")).values_list("pk", flat=True))
    found: dict[UUID, dict[UUID, tuple[UUID, bool]]] = {}
    for record, tag, row in rows.values_list("record_id", "tag_id", "pk"):
        found.setdefault(record, {})[tag] = (row, tag in seen)
    return found


def _new_names(wishes: Mapping[UUID, Sequence[Wished]], allowed: set[UUID]) -> list[str]:
    return list(
        dict.fromkeys(w for pk, several in wishes.items() if pk in allowed for w in several if isinstance(w, str))
    )


def _make(names: Iterable[str], actor: Actor) -> dict[str, Tag]:
    """New tags by the names that were sent; writings of one name make one tag."""
    by_key: dict[str, Tag] = {}
    made: dict[str, Tag] = {}
    for name in names:
        key = match_key(name)
        if key not in by_key:
            try:
                by_key[key] = create_record("tag", actor=actor, values={"name": name, "colour": next_colour()})
            except Invalid as error:  # somebody makes the same one at this moment
                raise Invalid({"tags": error.problems.get("name", [NO_SUCH_RECORD])}) from None
        made[name] = by_key[key]
    return made
