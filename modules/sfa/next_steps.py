"""What Sales proposes: for a deal what it lacks, for a customer which of their deals waits, or a new one."""

from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.next_steps import Act, Step
from crm.pages.labels import shows
from crm.panels import Frame
from kernel import formats
from kernel.access import entity_for, may_add, records_visible_to
from kernel.registry import Entity
from modules.sfa.enums import StageKind

UNTOUCHED: Final = 30
_CUSTOMERS: Final = frozenset({"account", "contact"})
#: Open deals of one customer that are looked at, those due first.
_MOST: Final = 100


def steps(frame: Frame) -> list[Step]:
    if frame.entity.name == "deal":
        return _of_deal(frame)
    return _of_customer(frame) if frame.entity.name in _CUSTOMERS else []


def _today() -> date:
    return formats.local_date(timezone.now())


def _of_deal(frame: Frame) -> list[Step]:
    deal, record = frame.entity, frame.record
    if not shows(deal, "kind") or record.kind != StageKind.OPEN:
        return []
    found = [*_lacks(deal, record)]
    url = reverse("sfa:deal_edit", args=[record.pk]) if frame.may_change else ""
    words = {"late": _("Move the date"), "no_next_step": _("Plan it")}
    return [
        Step(key, text, why, Act(words.get(key.partition(":")[0], _("Edit")), url) if url else None, icon, rank)
        for key, text, why, icon, rank in found[:2]
    ]


def _lacks(deal: Entity, record: Any) -> list[tuple[str, str, str, str, int]]:
    """What an open deal wants: (key, text, reason, sign, rank), the most urgent first."""
    now, found = _today(), []
    if shows(deal, "close_date") and record.close_date is not None and record.close_date < now:
        why = _("It was to close on %s.") % formats.date_long(record.close_date)
        key = f"late:{record.close_date.isoformat()}"
        found.append((key, _("Its closing date has passed"), why, "calendar-clock", 10))
    if shows(deal, "next_step") and not record.next_step:
        found.append(("no_next_step", _("No next step is planned"), _("Say what happens next."), "list-todo", 15))
    days = (timezone.now() - record.updated_at).days
    if days >= UNTOUCHED:
        why = ngettext("Nothing has changed for %(n)s day.", "Nothing has changed for %(n)s days.", days)
        found.append(("untouched", _("It has been quiet"), why % {"n": formats.num(days)}, "clock", 35))
    return found


def _of_customer(frame: Frame) -> list[Step]:
    deal, column = entity_for(frame.actor, "deal"), f"{frame.entity.name}_id"
    readable = frame.actor.may(deal.permission("view")) and shows(deal, frame.entity.name) and shows(deal, "kind")
    if not readable:
        return []
    mine = records_visible_to(frame.actor, deal).filter(**{column: frame.record.pk})
    rows = list(mine.filter(kind=StageKind.OPEN).order_by("close_date", "id")[:_MOST])
    if rows:
        return _waiting(deal, rows)
    return _again(frame) if mine.filter(kind=StageKind.WON).exists() else []


def _waiting(deal: Entity, rows: list[Any]) -> list[Step]:
    """The one deal that waits most urgently, and how many more do."""
    lacking = [(row, found[0]) for row in rows if (found := _lacks(deal, row))]
    if not lacking:
        return []
    row, (key, text, why, icon, rank) = min(lacking, key=lambda one: one[1][4])
    more = len(lacking) - 1
    if more:
        others = ngettext("and %(n)s more deal waits", "and %(n)s more deals wait", more)
        why = f"{text} · {others % {'n': formats.num(more)}}"
    else:
        why = text
    open_it = Act(_("Open the deal"), reverse("sfa:deal_detail", args=[row.pk]))
    return [Step(f"{key}:{row.pk}", _("Deal “%s” waits") % row.name, why, open_it, icon, rank + 2)]


def _again(frame: Frame) -> list[Step]:
    act = None
    if may_add("deal", frame.actor):
        query = f"?{frame.entity.name}={frame.record.pk}"
        act = Act(_("Create deal"), reverse("sfa:deal_create") + query, "drawer")
    text, why = _("No open deal"), _("They have bought before. What could come next?")
    return [Step("bought_before", text, why, act, "handshake", rank=45)]
