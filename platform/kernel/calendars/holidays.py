"""Public holidays that a calendar itself tells: Iran's solar ones. Those by the moon need each year's table."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from kernel.calendars.jalali import jalali
from kernel.errors import Text

_NOWRUZ = _("Nowruz")
SOLAR: dict[tuple[int, int], Text] = {
    (1, 1): _NOWRUZ, (1, 2): _NOWRUZ, (1, 3): _NOWRUZ, (1, 4): _NOWRUZ,
    (1, 12): _("Islamic Republic Day"), (1, 13): _("Nature Day"), (3, 14): _("Demise of Imam Khomeini"),
    (3, 15): _("15 Khordad uprising"), (11, 22): _("Revolution Day"), (12, 29): _("Oil Nationalization Day"),
    (12, 30): _NOWRUZ,
}  # fmt: skip


def holiday(day: date, calendar: str) -> Text:
    """What is celebrated on that day where this calendar is used; empty for a working day."""
    if calendar != "jalali":
        return ""
    try:
        _year, month, number = jalali.from_date(day)
    except ValueError:
        return ""
    return SOLAR.get((month, number), "")
