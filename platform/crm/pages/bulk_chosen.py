"""Which records a bulk act is about, and how its end is told."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.utils.translation import ngettext

from crm.pages.bulk_plan import DIRECT, Selection, selected
from crm.pages.undo import told
from kernel import formats
from kernel.access import Actor
from kernel.records import Outcome
from kernel.registry import Entity


def finish(said: str, outcome: Outcome) -> HttpResponse:
    message = said % {"n": formats.num(outcome.changed)}
    if outcome.refused:
        left = ngettext("; %(n)s was not yours to change", "; %(n)s were not yours to change", outcome.refused)
        message += left % {"n": formats.num(outcome.refused)}
    return told(message, undo=f"/undo/{outcome.batch}/" if outcome.changed else "", body="<!-- done -->")


def selection_of(given: QueryDict) -> Selection:
    return Selection(tuple(chosen_ids(given)), given.get("state", ""), "everything" in given)


def chosen_ids(given: QueryDict) -> list[UUID]:
    """Ids of the boxes that were ticked; what is no id is left out."""
    ids = []
    for text in given.getlist("selected")[:DIRECT]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


def ids_of(entity: Entity, selection: Selection, actor: Actor) -> Sequence[UUID]:
    """Everything the filters let through, not only the page on screen; or what was ticked."""
    if not selection.everything:
        return selection.ids
    return list(selected(entity, selection, actor).values_list("pk", flat=True))
