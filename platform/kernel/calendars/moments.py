"""Reading a date with a time of day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.calendars.parsing import DateOrder, parse_date
from kernel.text.folding import fold

_TIME = re.compile(
    r"[t ,،]*(?:ساعت )?(?<!\d)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?(am|pm|ق\.?ظ\.?|ب\.?ظ\.?|صبح|عصر|بعد از ظهر|قبل از ظهر)?"
    r" ?(z|utc|[+-][0-9]{2}:?[0-9]{2})?$"
)
_AFTERNOON = ("pm", "ب.ظ", "ب.ظ.", "بظ", "عصر", "بعد از ظهر")


def parse_datetime(raw: str | date, *, zone: str, hint: DateOrder | None = None) -> datetime:
    """In UTC. A time without offset is of `zone`; a date alone is its first moment there."""
    if isinstance(raw, datetime):
        return _in_utc(raw, zone)
    if isinstance(raw, date):
        return _in_utc(datetime.combine(raw, time()), zone)
    text = fold(raw)
    match = _TIME.search(text)
    if match is None:
        return _in_utc(datetime.combine(parse_date(text, hint=hint), time()), zone)
    # "t" of an ISO text sticks to the day's last digit.
    day = parse_date(text[: match.start()].rstrip("t ,،"), hint=hint)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            raise _bad_time()
        hour = hour % 12 + (12 if match[5] in _AFTERNOON else 0)
    micro = int((match[4] or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second, micro, _offset(match[6]))
    except ValueError:
        raise _bad_time() from None
    return _in_utc(moment, zone)


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in ("z", "utc"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _in_utc(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _bad_time() from None


def _bad_time() -> BadValue:
    return BadValue("time_format", _("There is no such time. Write it for example as 2026-11-23 14:30."))
