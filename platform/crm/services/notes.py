"""Notes: what people write down about a record."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.models.hanging import NOTE_LETTERS
from kernel.access import Actor
from kernel.errors import Invalid
from kernel.formats import num
from kernel.registry import Entity, registry
from kernel.registry.book import UnknownName

_FIRST_LINE = 120


def noteable(entity: Entity) -> bool:
    """Whether notes hang on its records: those that have a page and are no part of another."""
    return entity.pages and not entity.is_part


def prepare_note(note: Any, changed: set[str], actor: Actor) -> None:
    """A note has words, stays with its record, and is known by its first line."""
    if changed & {"entity", "record_id"}:
        _require_place(note)
    if "text" in changed:
        note.text = note.text.strip()
        _require_words(note.text)
        note.name = first_line(note.text)


def _require_place(note: Any) -> None:
    if not note._state.adding:
        raise Invalid.one("record_id", "stays", _("A note stays with its record. Write it anew on the other one."))
    try:
        there = noteable(registry.entity(note.entity))
    except UnknownName:
        there = False
    if not there:
        raise Invalid.one("entity", "not_noteable", _("Records of this kind carry no notes."))


def _require_words(text: str) -> None:
    if not text:
        raise Invalid.one("text", "required", _("Write something first."))
    if len(text) > NOTE_LETTERS:
        words = _("A note holds {most} letters at most; this has {has}. Shorten it, or add a file instead.")
        raise Invalid.one("text", "too_long", format_lazy(words, most=num(NOTE_LETTERS), has=num(len(text))))


def first_line(text: str) -> str:
    line = text.partition("\n")[0].strip()
    return line if len(line) <= _FIRST_LINE else f"{line[: _FIRST_LINE - 1]}…"
