"""What waits for a seller today: deals past their date or without a next step, and those closing soon."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages.my_day import Line, Panel
from kernel import formats
from kernel.access import Actor
from kernel.query import count, select
from modules.sfa.enums import StageKind
from modules.sfa.models import Deal

FIRST = 6
SOON = 14


def panels(*, actor: Actor) -> list[Panel]:
    """Two panels over the person's own open deals; four queries."""
    if actor.user_id is None or not actor.may("sfa.deal.view"):
        return []
    today = formats.local_date(timezone.now())
    mine = select("deal", actor=actor, sort="close_date").filter(owner_id=actor.user_id, kind=StageKind.OPEN)
    waiting = mine.filter(Q(close_date__lt=today) | Q(next_step=""))
    soon = mine.filter(close_date__range=(today, today + timedelta(SOON))).exclude(next_step="")
    return [
        _panel(_("Need you"), "flag", waiting, today, _("Every deal of yours has a next step and a date ahead.")),
        _panel(_("Closing soon"), "calendar-clock", soon, today, _("Nothing of yours closes in the next two weeks.")),
    ]


def _panel(title: str, icon: str, deals: QuerySet[Deal], today: date, empty: str) -> Panel:
    first = list(deals[:FIRST])
    total = count(deals) if len(first) == FIRST else len(first)
    query = "?owner=me&kind=open&sort=close_date"
    return Panel(title, icon, [_line(d, today) for d in first], total, reverse("sfa:deal_list") + query, empty)


def _line(deal: Any, today: date) -> Line:
    late = deal.close_date is not None and deal.close_date < today
    if late:
        why = _("was to close %s") % formats.date_short(deal.close_date)
    elif not deal.next_step:
        why = _("no next step")
    else:
        why = deal.next_step
    end = formats.money(deal.amount, deal.currency) if deal.amount is not None and deal.currency else ""
    tone = "bad" if late else "" if deal.next_step else "warn"
    return Line(deal.name, reverse("sfa:deal_detail", args=[deal.pk]), why, end, tone)
