"""What waits for a seller today: deals past their date or without a next step, and those closing soon."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages.my_day import MOST_COUNTED, Line, Panel
from kernel import formats
from kernel.access import Actor
from kernel.query import count, select
from modules.sfa.enums import StageKind
from modules.sfa.models import Deal

FIRST = 6
SOON = 14


def panels(*, actor: Actor) -> list[Panel]:
    """Two panels over the person's own open deals; who has none (a manager, say) sees those of everybody visible."""
    if actor.user_id is None or not actor.may("sfa.deal.view"):
        return []
    today = formats.local_date(timezone.now())
    deals = select("deal", actor=actor, sort="close_date").filter(kind=StageKind.OPEN)
    own = deals.filter(owner_id=actor.user_id)
    mine = own.exists()
    if mine:
        deals = own
    waiting = deals.filter(Q(close_date__lt=today) | Q(next_step=""))
    soon = deals.filter(close_date__range=(today, today + timedelta(SOON))).exclude(next_step="")
    return [
        _panel(
            _("Needs attention") if mine else _("Needs attention in the team"), "flag", waiting, today,
            _("Every open deal has a next step and a date ahead."), mine=mine,
        ),
        _panel(
            _("Closing within two weeks") if mine else _("Closing within two weeks in the team"), "calendar-clock",
            soon, today, _("No open deal has its close date in the next two weeks."), mine=mine,
        ),
    ]  # fmt: skip


def _panel(title: str, icon: str, deals: QuerySet[Deal], today: date, empty: str, *, mine: bool) -> Panel:
    first = list(deals[:FIRST])
    total = count(deals, MOST_COUNTED + 1) if len(first) == FIRST else len(first)
    query = f"?{'owner=me&' if mine else ''}kind=open&sort=close_date"
    return Panel(title, icon, [_line(d, today) for d in first], total, reverse("sfa:deal_list") + query, empty)


def _line(deal: Any, today: date) -> Line:
    late = deal.close_date is not None and deal.close_date < today
    if late:
        why = _("close date passed: %s") % formats.date_short(deal.close_date)
    elif not deal.next_step:
        why = _("no next step")
    else:
        why = deal.next_step
    end = formats.money(deal.amount, deal.currency, trim=True) if deal.amount is not None and deal.currency else ""
    tone = "bad" if late else "" if deal.next_step else "warn"
    return Line(deal.name, reverse("sfa:deal_detail", args=[deal.pk]), why, end, tone)
