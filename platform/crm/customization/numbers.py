"""Numbers that records get by themselves: formats such as "PR-{0001}", and the counters behind them."""

import re
from collections.abc import Callable
from uuid import UUID

from crm.models import FieldCounter

_FORMAT = re.compile(r"(?P<before>[^{}]{0,40})\{(?P<start>[0-9]{1,12})\}(?P<after>[^{}]{0,40})")


def read_format(text: str) -> tuple[str, str, int, int] | None:
    """(before, after, width, first number); None for what is no format."""
    found = _FORMAT.fullmatch(text)
    if found is None:
        return None
    return found["before"], found["after"], len(found["start"]), int(found["start"])


def taker(field_id: UUID, text: str) -> Callable[[int], list[str]]:
    """What gives the next numbers of the bound workspace. It waits for whoever is numbering now."""
    before, after, width, _first = read_format(text) or ("", "", 1, 1)

    def take(count: int) -> list[str]:
        counter = FieldCounter.objects.select_for_update().get(field_id=field_id)
        following = counter.next + count
        FieldCounter.objects.filter(field_id=field_id).update(next=following)
        return [f"{before}{number:0{width}d}{after}" for number in range(following - count, following)]

    return take
