"""How a workspace counts days and money. Every key has a value; a language brings its own."""

from collections.abc import Mapping
from typing import Any, Final

#: Weekdays are Python's: Monday is 0.
_ENGLISH: Final = {
    "calendar": "gregorian", "digits": "latin", "first_weekday": 0, "weekend": [5, 6], "time_zone": "UTC",
    "currency": "EUR", "currency_display": "rial", "fiscal_first_month": 1,
}  # fmt: skip
_PERSIAN: Final = {
    "calendar": "jalali", "digits": "fa", "first_weekday": 5, "weekend": [4], "time_zone": "Asia/Tehran",
    "currency": "IRR", "currency_display": "toman", "fiscal_first_month": 1,
}  # fmt: skip


def defaults_for(language: str) -> dict[str, Any]:
    return dict(_PERSIAN if language == "fa" else _ENGLISH)


def with_defaults(preferences: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {**defaults_for(language), **preferences}
