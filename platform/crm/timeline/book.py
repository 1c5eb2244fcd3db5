"""Which sources a timeline has, and how their lines become one stream, read page by page.

Every line has a mark: its moment in milliseconds, its source and its id, which no two lines share. The stream goes down
in the order of marks, so that a page that begins below a mark repeats nothing and leaves nothing out, whatever is
written meanwhile. Ids are UUIDv7 and begin with their moment: the sources of what was made at its own time sort by the
id alone, which is what their indexes have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.offers import offered
from crm.panels import Frame
from kernel.errors import Invalid, Text
from kernel.registry import Entity

SIZE: Final = 15
_FIRST_BIT_OF_MOMENT: Final = 80


@dataclass(frozen=True, order=True)
class Mark:
    """Where a line stands in the stream."""

    millis: int
    source: str
    pk: UUID

    def __str__(self) -> str:
        return f"{self.millis}.{self.source}.{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """From an address; nothing is the top of the stream."""
        if not text:
            return None
        millis, _dot, rest = text.partition(".")
        source, _dot, pk = rest.rpartition(".")
        try:
            return cls(int(millis), source, UUID(pk))
        except ValueError:
            message = _("This page marker is not one of this list. Start again from the first page.")
            raise Invalid.one("before", "bad_cursor", message) from None


def mark_of(source: str, pk: UUID) -> Mark:
    """Of what was made when its id was."""
    return Mark(pk.int >> _FIRST_BIT_OF_MOMENT, source, pk)


def bound(source: str, before: Mark | None) -> UUID | None:
    """The id below which this source's lines stand below the mark; None at the top of the stream."""
    if before is None:
        return None
    if source == before.source:
        return before.pk
    # Of one millisecond, sources stand in the order of their names.
    first_after = before.millis + (source < before.source)
    return UUID(int=max(first_after, 0) << _FIRST_BIT_OF_MOMENT) if first_after < 1 << 48 else None


@dataclass(frozen=True)
class Line:
    """A value that changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One line of the stream: what happened, to what, by whom."""

    mark: Mark
    at: datetime | date
    icon: str
    title: str
    who: str = ""
    through: str = ""
    #: The record that it is about, where that is another one.
    about: str = ""
    url: str = ""
    #: A few words more.
    detail: str = ""
    lines: Sequence[Line] = ()
    more: int = 0
    #: "ok", "bad" or "warn" for the sign.
    tone: str = ""
    #: Of a note: what its own template needs.
    note: Any = None

    @property
    def is_day(self) -> bool:
        return not isinstance(self.at, datetime)


@dataclass(frozen=True)
class Sort:
    """What the reader may choose to see alone."""

    name: str
    label: Text
    icon: str


CHANGES: Final = Sort("changes", _("Changes"), "pencil")
NOTES: Final = Sort("notes", _("Notes"), "notebook-pen")
FILES: Final = Sort("files", _("Files"), "paperclip")
LIFE_EVENTS: Final = Sort("life_events", _("Life events"), "sparkles")
RELATED: Final = Sort("related", _("Related records"), "link")


@dataclass(frozen=True)
class Source:
    """`read(frame, before, limit)` gives its newest lines below a mark, newest first, in queries whose number does not
    hang on that of the lines. `entities` are names; without any it serves every record. `covers` names entities of
    which it tells more than that they were made, so that this is not told twice."""

    name: str
    sort: Sort
    read: Callable[[Frame, Mark | None, int], list[Entry]]
    entities: frozenset[str] = frozenset()
    covers: frozenset[str] = frozenset()

    def serves(self, entity: Entity) -> bool:
        return not self.entities or entity.name in self.entities


@dataclass(frozen=True)
class Stream:
    entries: list[Entry]
    #: Where the next page begins; None at the end.
    next: Mark | None


#: Modules of sources, in the order in which their sorts are offered.
MODULES: Final = ("changes", "notes", "files", "life_events", "ties", "related")


@cache
def _own_sources() -> tuple[Source, ...]:
    return tuple(import_module(f"crm.timeline.{name}").source for name in MODULES)


def sources_for(frame: Frame) -> list[Source]:
    """Ours and those of the engines that are on."""
    offers = [source for module in offered("timeline", actor=frame.actor) for source in module.sources]
    return [source for source in (*_own_sources(), *offers) if source.serves(frame.entity)]


def sorts_for(frame: Frame) -> list[Sort]:
    return list({source.sort.name: source.sort for source in sources_for(frame)}.values())


def read_timeline(frame: Frame, *, sort: str = "", before: Mark | None = None, size: int = SIZE) -> Stream:
    """The next lines below a mark, of all sources or of one sort."""
    chosen = [source for source in sources_for(frame) if sort in ("", source.sort.name)]
    found = [entry for source in chosen for entry in source.read(frame, before, size + 1)]
    found.sort(key=lambda entry: entry.mark, reverse=True)
    return Stream(found[:size], found[size - 1].mark if len(found) > size else None)
