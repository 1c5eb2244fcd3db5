"""Records on the days of one of their dates: a month, a week, or the coming days one after another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber, TruncDate
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from crm.pages.board import reason_of
from crm.pages.bucket_parts import By
from crm.pages.buckets import moments_between, narrowed_to
from crm.pages.links import actor_of, entity_url
from crm.pages.list import answer, frame_context
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange, list_param, records_of
from crm.pages.values import currency_of, money_brief
from kernel import formats
from kernel.access import Actor, get_record_for
from kernel.calendars.holidays import holiday
from kernel.calendars.week import is_weekend, week_start
from kernel.clean import clean_values
from kernel.errors import KernelError, NotFound
from kernel.records import update_record
from kernel.registry import Entity, Field

SPANS = ("month", "week", "agenda")
#: On a day of a month, of a week, and on all days of an agenda together.
MOST = {"month": 4, "week": 40, "agenda": 200}
AGENDA_DAYS = 30


@dataclass(frozen=True)
class Event:
    pk: UUID
    title: str
    url: str
    time: str = ""
    money: str = ""


@dataclass
class Day:
    day: date
    number: str
    title: str
    inside: bool = True
    today: bool = False
    free: bool = False
    holiday: str = ""
    count: int = 0
    events: list[Event] = field(default_factory=list)
    #: The list of that day, and its agenda.
    list_url: str = ""
    agenda_url: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.events)


def date_fields(entity: Entity) -> list[Field]:
    """Dates by which records can stand in a calendar; those that people set come first."""
    dates = [f for f in entity.filter_fields if f.kind in ("date", "datetime")]
    return sorted(dates, key=lambda f: (f.readonly, f.name not in entity.columns))


def chosen_field(entity: Entity, wish: str) -> Field:
    dates = date_fields(entity)
    found = next((f for f in dates if f.name == wish), None) or next(iter(dates), None)
    if found is None:
        raise NotFound()
    return found


def calendar(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    state = setting.state
    on = chosen_field(entity, state.on)
    span = state.span if state.span in SPANS else "month"
    at = _day(state.at)
    first, last, days = _days(span, at)
    _fill(setting, on, span, days)
    here = entity_url(entity, "calendar")
    locale = formats.get_locale()
    months = span == "month"
    before = locale.cal.add_months(first, -1) if months else first - timedelta(days=len(days))
    after = last + timedelta(days=1)
    may_move = setting.actor.may(entity.permission("change")) and not on.readonly
    shown = [d for d in days if d.events] if span == "agenda" else days
    context: dict[str, Any] = {
        **frame_context(setting, "calendar"), "span": span, "days": shown, "on": on, "date_fields": date_fields(entity),
        "title": _title(span, first, last), "count": sum(d.count for d in days if d.inside), "may_move": may_move,
        "weeks": [days[at : at + 7] for at in range(0, len(days), 7)] if span != "agenda" else [],
        "weekdays": [_weekday(d.day) for d in days[:7]],
        "spans": [(name, label, f"{here}?{state.query(span=name)}") for name, label in _span_names()],
        "before_url": f"{here}?{state.query(at=before.isoformat())}",
        "after_url": f"{here}?{state.query(at=after.isoformat())}",
        "today_url": f"{here}?{state.query(at='')}",
        "move_url": entity_url(entity, "calendar_move", query=state.query()),
        "table": {"problems": setting.problems},
    }  # fmt: skip
    return answer(request, "crm/list.html", "crm/calendar_body.html", context)


def _weekday(day: date) -> tuple[str, str]:
    """Its name, in full and short."""
    locale = formats.get_locale()
    return locale.cal.weekday_name(day, locale.language), locale.cal.weekday_name(day, locale.language, short=True)


def _span_names() -> list[tuple[str, str]]:
    return [("month", _("Month")), ("week", _("Week")), ("agenda", _("Agenda"))]


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return formats.local_date(timezone.now())
    # Both calendars know these years with room on either side.
    return found if 1930 < found.year < 2110 else formats.local_date(timezone.now())


def _days(span: str, at: date) -> tuple[date, date, list[Day]]:
    """First and last day that the address stands for, and all days drawn: whole weeks around a month."""
    locale = formats.get_locale()
    if span == "agenda":
        first, last = at, at + timedelta(days=AGENDA_DAYS - 1)
        start, end = first, last
    elif span == "week":
        first = start = week_start(at, locale.first_weekday)
        last = end = first + timedelta(days=6)
    else:
        year, month, _number = locale.cal.from_date(at)
        first, last = locale.cal.month_bounds(year, month)
        start = week_start(first, locale.first_weekday)
        end = week_start(last, locale.first_weekday) + timedelta(days=6)
    today = formats.local_date(timezone.now())
    days = []
    for n in range((end - start).days + 1):
        day = start + timedelta(days=n)
        feast = str(holiday(day, locale.calendar))
        said = formats.digits(locale.cal.format(day, "long", locale.language))
        days.append(Day(
            day, formats.digits(locale.cal.from_date(day).day), said,
            first <= day <= last, day == today, bool(feast) or is_weekend(day, locale.weekend), feast,
        ))  # fmt: skip
    return first, last, days


def _title(span: str, first: date, last: date) -> str:
    locale = formats.get_locale()
    if span == "month":
        return formats.digits(locale.cal.format(first, "month", locale.language))
    return _("%(low)s to %(high)s") % {"low": formats.date_short(first), "high": formats.date_short(last)}


def _fill(setting: Setting, on: Field, span: str, days: Sequence[Day]) -> None:
    """The first records of each day and how many there are: one query, whatever the number of days."""
    entity, state = setting.entity, setting.state
    by = By(on, "day")
    base, back = entity_url(entity, "list"), list_param(state)
    by_day = {d.day: d for d in days}
    for one in days:
        one.list_url = f"{base}?{narrowed_to(state, by, one.day.isoformat()).query()}"
        one.agenda_url = f"{entity_url(entity, 'calendar')}?{state.query(span='agenda', at=one.day.isoformat())}"
    for row in _rows(setting, on, span, days[0].day, days[-1].day):
        value = getattr(row, on.column)
        day = by_day.get(formats.local_date(value) if isinstance(value, datetime) else value)
        if day is not None:
            day.count = row.pv_count
            day.events.append(_event(entity, row, on, f"{base}{row.pk}/{back}"))


def _rows(setting: Setting, on: Field, span: str, low: date, high: date) -> Any:
    queryset, _state, _told = records_of(setting)
    column = on.column
    moments = on.kind == "datetime"
    between = moments_between(column, low, high) if moments else Q(**{f"{column}__gte": low, f"{column}__lte": high})
    day: Any = _local_day(column) if moments else F(column)
    windowed = (
        queryset.filter(between).select_related(None).order_by().annotate(pv_day=day).annotate(
            pv_count=Window(Count("pk"), partition_by=[F("pv_day")]),
            pv_row=Window(RowNumber(), partition_by=[F("pv_day")], order_by=[F(column).asc(), F("id").asc()]),
        )
    )  # fmt: skip
    most = MOST[span]
    shown = windowed.filter(pv_row__lte=most) if span != "agenda" else windowed
    return shown.order_by("pv_day", column, "id")[: most if span == "agenda" else None]


def _local_day(column: str) -> Any:
    return TruncDate(column, tzinfo=formats.get_locale().zone)


def _event(entity: Entity, row: Any, on: Field, url: str) -> Event:
    money = next((f for f in entity.all_fields.values() if f.kind == "money" and f.name in entity.columns), None)
    amount = getattr(row, money.column) if money else None
    shown = money_brief(amount, currency_of(money, row)) if money and amount is not None else ""
    value = getattr(row, on.column)
    at = formats.digits(formats.local_time(value).strftime("%H:%M")) if isinstance(value, datetime) else ""
    return Event(row.pk, entity.title_of(row), url, at, shown)


def move_event(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """Put a record on another day; the time of day stays."""
    actor, post = actor_of(request), request.POST
    on = chosen_field(entity, from_query(entity, request.GET).on)
    try:
        record = put_on_day(entity, on, post.get("record", ""), post.get("day", ""), actor=actor)
    except KernelError as error:
        return JsonResponse({"detail": reason_of(error)}, status=error.status)
    response = HttpResponse(status=204)
    if audit := getattr(record, "audit_id", None):
        value = getattr(record, on.column)
        words = {"title": entity.title_of(record), "day": formats.date_short(value)}
        message = _("“%(title)s” moved to %(day)s") % words
        trigger_client_event(response, "toast", {"message": message, "undo": f"/undo/{audit}/"})
    return trigger_client_event(response, "pv:changed", {})


def put_on_day(entity: Entity, on: Field, pk: str, day: str, *, actor: Actor) -> Any:
    """Change a record's date to that day, at the hour that it had."""
    record = get_record_for(actor, entity, pk, "change")
    was = getattr(record, on.column)
    raw = day
    if isinstance(was, datetime):
        raw = f"{day} {formats.local_time(was).strftime('%H:%M')}"
    values = clean_values(entity, {on.name: raw}, actor=actor, partial=True, record=record)
    return update_record(entity, record.pk, actor=actor, values=values, version=record.version)
