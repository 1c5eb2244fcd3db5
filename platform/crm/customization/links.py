"""Records that link two others: what makes a pair, and which end is the other one."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.clean import REQUIRED
from kernel.errors import Invalid
from kernel.registry import Entity, Field, registry


def prepare_link(record: Any, _changed: set[str], _actor: Actor) -> None:
    """Before every save: both ends are there, they are two, and their pair stands in the column that is unique."""
    kind = registry.entity(record.entity_name)
    if not kind.ends:
        return
    ends = [kind.field(name) for name in kind.ends]
    pks = [getattr(record, end.column) for end in ends]
    if missing := [end.name for end, pk in zip(ends, pks, strict=True) if pk is None]:
        raise Invalid({name: [REQUIRED] for name in missing})
    if pks[0] == pks[1] and ends[0].target == ends[1].target:
        raise Invalid.one(ends[1].name, "itself", _("A record is not linked with itself. Choose another."))
    record.pair = f"{pks[0]}:{pks[1]}"


def other_end(kind: Entity, name: str) -> Field | None:
    """The end that is shown where the link is listed by `name`; None where this is no end, or one may not see it."""
    if name not in kind.ends:
        return None
    return kind.all_fields.get(next(end for end in kind.ends if end != name))
