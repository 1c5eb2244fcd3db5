"""What one asks the audit: read from an address, told back as chips, and turned into a condition."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.audit.readable import entity_read_by, is_entity, sees_all
from crm.audit.words import ACTS, SOURCES, THINGS
from kernel.access import Actor, visible
from kernel.audit import CATEGORIES, category
from kernel.badvalue import BadValue
from kernel.calendars.parsing import parse_date
from kernel.errors import Invalid, Problem
from kernel.formats import get_locale
from kernel.ids import uuid7_floor
from kernel.models import AuditEntry
from kernel.query import search
from kernel.registry import registry

#: Records that answer to free text; of more, the newest.
MOST: Final = 200
#: Ids are made a little before or after the moment that is written beside them.
_SLACK: Final = timedelta(hours=1)
NAMES: Final = ("who", "entity", "record", "field", "action", "category", "source", "ip", "since", "until", "q")
_HEX: Final = 32


@dataclass(frozen=True)
class Question:
    who: UUID | None = None
    entity: str = ""
    record: UUID | None = None
    field: str = ""
    action: str = ""
    category: str = ""
    source: str = ""
    ip: str = ""
    since: date | None = None
    until: date | None = None
    q: str = ""

    @property
    def is_open(self) -> bool:
        return self == Question()

    def params(self) -> dict[str, str]:
        return {name: str(value) for name in NAMES if (value := getattr(self, name))}

    def query(self, **changed: Any) -> str:
        return urlencode(replace(self, **changed).params())


def read_question(params: Mapping[str, Any]) -> Question:
    """From an address; Invalid names everything that makes no sense."""
    given = {name: str(params.get(name) or "").strip().replace("\x00", "")[:200] for name in NAMES}
    problems: dict[str, list[Problem]] = {}
    values: dict[str, Any] = {}
    for name, text in given.items():
        if not text:
            continue
        try:
            values[name] = _READ.get(name, _text)(text)
        except BadValue as error:
            problems[name] = [Problem(error.code, error.message)]
        except ValueError:
            problems[name] = [Problem("unknown_choice", _("Choose one of the list."))]
    if values.get("field") and not values.get("entity"):
        problems["field"] = [Problem("required", _("Choose the kind of record whose field it is."))]
    if problems:
        raise Invalid(problems)
    return Question(**values)


def _text(text: str) -> str:
    return text


def _among(*known: str) -> Any:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return read


def _entity(text: str) -> str:
    if not is_entity(text) and text not in THINGS:
        raise ValueError(text)
    return text


_READ: Final[Mapping[str, Any]] = {
    "who": UUID, "record": UUID, "since": parse_date, "until": parse_date, "ip": lambda text: str(ip_address(text)),
    "category": _among(*CATEGORIES), "source": _among(*SOURCES), "entity": _entity, "action": _among(*ACTS),
}  # fmt: skip


def lines_for(actor: Actor, asked: Question) -> QuerySet[AuditEntry]:
    """The lines that answer, newest first."""
    rows = AuditEntry.objects.order_by("-id")
    for condition in _conditions(asked, actor):
        rows = rows.filter(condition)
    return rows


def _conditions(asked: Question, actor: Actor) -> list[Q]:
    found = []
    for name in ("entity", "action", "source", "ip"):
        if value := getattr(asked, name):
            found.append(Q(**{name: value}))
    if asked.who:
        found.append(Q(actor_id=asked.who))
    if asked.category:
        found.append(category(asked.category))
    if asked.since:
        start = _midnight(asked.since)
        found.append(Q(id__gte=uuid7_floor(start - _SLACK), at__gte=start))
    if asked.until:
        end = _midnight(asked.until + timedelta(days=1))
        found.append(Q(id__lt=uuid7_floor(end + _SLACK), at__lt=end))
    if asked.record:
        found.append(_of_record(asked))
    if asked.field:
        found.append(_of_field(asked, actor))
    if asked.q:
        found.append(_answering(asked, actor))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), get_locale().zone).astimezone(UTC)


def _of_record(asked: Question) -> Q:
    """Without an entity, the record is looked for in each: ids are unique, and the index begins with the entity."""
    names = [asked.entity] if asked.entity else [e.name for e in registry.entities]
    return Q(entity__in=names, record_id=asked.record)


def _of_field(asked: Question, actor: Actor) -> Q:
    """Who does not see every record of the entity does not learn either where a field of a hidden one was changed."""
    if not is_entity(asked.entity):
        return Q(pk__in=[])
    kind = entity_read_by(actor, asked.entity)
    if kind is None or asked.field not in kind.all_fields or not sees_all(actor, kind):
        return Q(pk__in=[])
    return Q(changes__has_key=asked.field, action="changed")


def _answering(asked: Question, actor: Actor) -> Q:
    """Free text finds records by their own search (only those the actor sees), people, addresses and references."""
    text = asked.q
    if len(text.replace("-", "")) == _HEX:
        with suppress(ValueError):
            pk = UUID(text)
            return Q(record_id=pk, entity__in=[e.name for e in registry.entities]) | Q(batch=pk) | Q(pk=pk)
    with suppress(ValueError):
        return Q(ip=str(ip_address(text)))
    names = [asked.entity] if asked.entity else [e.name for e in registry.entities]
    found = Q(pk__in=[])
    for name in names:
        kind = entity_read_by(actor, name)
        if kind is None or not kind.has_search:
            continue
        seen = kind.records(everything=True).filter(visible(kind, actor))  # those put away among them
        ids = list(search(kind, seen, text).order_by("-pk").values_list("pk", flat=True)[:MOST])
        if ids:
            found |= Q(entity=name, record_id__in=ids)
            if name == "user":
                found |= Q(actor_id__in=ids)
    return found
