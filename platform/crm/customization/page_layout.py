"""What the record page shows, in which order: blocks of the main column, figures of the strip, facts of the header."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization import checking
from crm.pages.values import is_ordinal
from crm.panels import blocks
from kernel.errors import Problem
from kernel.formats import num
from kernel.registry import Entity, Field

MOST_FIGURES: Final = 5
MOST_FACTS: Final = 8
_KEYS: Final = ("order", "hidden", "figures", "facts")
_NEVER: Final = frozenset({"longtext", "file", "uuid", "multichoice"})


def may_be_figure(field: Field) -> bool:
    """Numbers and days: what is read at a glance."""
    return (field.numeric and not is_ordinal(field)) or field.kind in ("date", "datetime")


def may_be_fact(entity: Entity, field: Field) -> bool:
    """The owner stands in the header anyway, numbers in the strip, and the name above them all."""
    apart = {entity.owner, entity.title, "record_type_id"}
    return field.name not in apart and not field.numeric and field.kind not in _NEVER


def default_figures(entity: Entity) -> list[str]:
    return [f.name for f in entity.all_fields.values() if f.numeric and not is_ordinal(f)]


def checked(entity: Entity, given: Mapping[str, Sequence[str]], problems: checking.Problems) -> dict[str, Any]:
    """What is kept of it; nothing said is as delivered."""
    if strangers := [key for key in given if key not in _KEYS]:
        message = _("There is no field of this name here.")
        problems["page"] = [Problem("unknown_field", f"{strangers[0]}: {message}")]
        return {}
    kept: dict[str, Any] = {}
    known = set(blocks.names_of(entity))
    for key in ("order", "hidden"):
        if key in given:
            kept[key] = _known(given[key], known, f"page.{key}", problems)
    fits = {
        "figures": ({f.name for f in entity.all_fields.values() if may_be_figure(f)}, MOST_FIGURES),
        "facts": ({f.name for f in entity.all_fields.values() if may_be_fact(entity, f)}, MOST_FACTS),
    }
    for key, (names, most) in fits.items():
        if key in given:
            kept[key] = _known(given[key], names, f"page.{key}", problems)
            if len(kept[key]) > most:
                message = _("At most {most} fit here. Take one out first.")
                problems[f"page.{key}"] = [Problem("too_many", format_lazy(message, most=num(most)))]
    return kept


def _known(given: Sequence[str], known: set[str], where: str, problems: checking.Problems) -> list[str]:
    if strangers := [name for name in given if name not in known]:
        message = format_lazy(_("“{name}” cannot stand here."), name=str(strangers[0])[:60])
        problems[where] = [Problem("unknown_block", message)]
        return []
    return list(dict.fromkeys(given))
