"""Functions of days and moments, in the Gregorian calendar and (with J) in the Jalali one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.calendars import Calendar, gregorian, jalali
from kernel.formula.functions import Function, Site, simple
from kernel.formula.nodes import Text
from kernel.formula.runtime import EXACT, Env, Run, guarded
from kernel.formula.types import DATE, DATETIME, DAYS, NUMBER, Type
from kernel.text.folding import fold

_PLAIN = frozenset({"number"})
_DAY_OR_NUMBER = _PLAIN | DAYS
_TEXT = frozenset({"text"})
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
UNITS: dict[str, tuple[str, ...]] = {
    "day": ("day", "days", "d", "روز"),
    "week": ("week", "weeks", "w", "هفته"),
    "month": ("month", "months", "m", "ماه میلادی"),
    "year": ("year", "years", "y", "سال میلادی"),
    "jmonth": ("jmonth", "jmonths", "ماه", "ماه شمسی"),
    "jyear": ("jyear", "jyears", "سال", "سال شمسی"),
    "hour": ("hour", "hours", "h", "ساعت"),
    "minute": ("minute", "minutes", "دقیقه"),
}
_UNIT_OF = {fold(word): unit for unit, unit_words in UNITS.items() for word in unit_words}


def unit_named(word: str) -> str:
    """The unit of time of this name in either language, or ""."""
    return _UNIT_OF.get(fold(word), "")


def local_day(env: Env, value: date) -> date:
    return value.astimezone(env.zone).date() if isinstance(value, datetime) else value


def _part(calendar: Calendar, index: int) -> Callable[[Site], Run]:
    return simple(lambda env, value: Decimal(calendar.from_date(local_day(env, value))[index]), "no_such_date")


def _date_type(types: Sequence[Type]) -> Type | None:
    if len(types) == 1:
        return DATE if types[0].temporal or types[0].name in ("null", "broken") else None
    return DATE if len(types) == 3 and all(t.name in ("number", "null", "broken") for t in types) else None


def _date(calendar: Calendar) -> Callable[[Site], Run]:
    def run(env: Env, *parts: Any) -> date:
        if len(parts) == 1:
            return local_day(env, parts[0])
        if any(abs(part) > 10_000 for part in parts):
            raise ValueError(parts)
        return calendar.to_date(*(int(part) for part in parts))

    return simple(run, "no_such_date")


def _unit(site: Site) -> str:
    node = site.nodes[2]
    assert isinstance(node, Text)
    return unit_named(node.value)


def _add(site: Site) -> Run:
    unit = _unit(site)
    return guarded(lambda env, value, count: add_units(env, value, count, unit), "no_such_date")(site.args[:2])


def add_units(env: Env, value: Any, count: Decimal, unit: str) -> Any:
    """A day or moment so many units on; months end where the target month ends."""
    if abs(count) > 4_000_000_000:
        return env.blank("no_such_date")
    if unit in _SECONDS:
        if not isinstance(value, datetime):
            return value + timedelta(days=int(count * _SECONDS[unit] / 86400))
        return value + timedelta(seconds=float(count * _SECONDS[unit]))
    calendar = jalali if unit.startswith("j") else gregorian
    months = int(count) * (12 if unit.endswith("year") else 1)
    if abs(months) > 200_000:
        return env.blank("no_such_date")
    if not isinstance(value, datetime):
        return calendar.add_months(value, months)
    local = value.astimezone(env.zone)
    return datetime.combine(calendar.add_months(local.date(), months), local.time(), env.zone).astimezone(value.tzinfo)


def _between(site: Site) -> Run:
    unit = _unit(site)

    def run(env: Env, first: Any, last: Any) -> Decimal:
        if unit in _SECONDS:
            return Decimal(int(_days(env, first, last) * 86400 / _SECONDS[unit]))
        calendar = jalali if unit.startswith("j") else gregorian
        months = _months(calendar, local_day(env, first), local_day(env, last))
        return Decimal(int(months / 12) if unit.endswith("year") else months)

    return guarded(run, "no_such_date")(site.args[:2])


def _days(env: Env, first: Any, last: Any) -> Decimal:
    if isinstance(first, datetime) and isinstance(last, datetime):
        return days_between(last, first)
    return Decimal((local_day(env, last) - local_day(env, first)).days)


def days_between(last: Any, first: Any) -> Decimal:
    """Days from one to the other; of moments with a fraction, to the microsecond."""
    gap: timedelta = last - first
    if not isinstance(last, datetime):
        return Decimal(gap.days)
    return EXACT.divide(Decimal(gap // timedelta(microseconds=1)), Decimal(86_400_000_000))


def _months(calendar: Calendar, first: date, last: date) -> int:
    """Whole months from one day to another, negative when it is earlier."""
    if last < first:
        return -_months(calendar, last, first)
    one, other = calendar.from_date(first), calendar.from_date(last)
    return (other.year - one.year) * 12 + other.month - one.month - (other.day < one.day)


FUNCTIONS = (
    Function(
        name="TODAY",
        takes=(),
        gives=DATE,
        build=lambda _site: lambda env: env.today,
        group="date",
        volatile=True,
        help=_("The day it is. Fields that use it are brought up to date every night."),
        example="{close_date} < TODAY()",
    ),
    Function(
        name="NOW",
        takes=(),
        gives=DATETIME,
        build=lambda _site: lambda env: env.now,
        group="date",
        volatile=True,
        help=_("Day and time it is. Fields that use it are brought up to date every night."),
        example="NOW() - {created_at}",
    ),
    Function(
        name="DATE",
        takes=(_DAY_OR_NUMBER, _PLAIN, _PLAIN),
        optional=2,
        gives=_date_type,
        build=_date(gregorian),
        group="date",
        help=_("A day by year, month and day; or the day of a moment."),
        example="DATE(2026, 3, 21)",
    ),
    Function(
        name="JDATE",
        takes=(_PLAIN, _PLAIN, _PLAIN),
        gives=DATE,
        build=_date(jalali),
        group="date",
        help=_("A day by year, month and day of the Jalali calendar."),
        example="JDATE(1405, 1, 1)",
    ),
    *(
        Function(
            name=prefix + name,
            takes=(DAYS,),
            gives=NUMBER,
            build=_part(calendar, index),
            group="date",
            help=text,
            example=f"{prefix}{name}({{close_date}})",
        )
        for prefix, calendar, parts in (
            ("", gregorian, (_("The year of a day."), _("The month of a day, 1 to 12."), _("The day of the month."))),
            (
                "J",
                jalali,
                (
                    _("The Jalali year of a day."),
                    _("The Jalali month of a day, 1 to 12."),
                    _("The day of the Jalali month."),
                ),
            ),
        )
        for index, (name, text) in enumerate(zip(("YEAR", "MONTH", "DAY"), parts, strict=True))
    ),
    Function(
        name="DATEADD",
        takes=(DAYS, _PLAIN, _TEXT),
        gives=lambda types: types[0],
        build=_add,
        group="date",
        unit=2,
        units=tuple(UNITS),
        help=_("A day or moment so many days, weeks, months, years, jmonths or jyears later."),
        example='DATEADD({close_date}, 3, "month")',
    ),
    Function(
        name="DATEDIF",
        takes=(DAYS, DAYS, _TEXT),
        gives=NUMBER,
        build=_between,
        group="date",
        unit=2,
        units=tuple(UNITS),
        help=_("How many whole days, weeks, months, years, jmonths or jyears lie between two days."),
        example='DATEDIF({opened_on}, TODAY(), "day")',
    ),
)
