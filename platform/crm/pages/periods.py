"""Spans of time said relatively, in the words of a sentence."""

from kernel.calendars.relative import RELATIVE, find_period


def period_label(name: str) -> str:
    found = find_period(name)
    return str(found.label) if found else name


def periods() -> list[tuple[str, str]]:
    """The periods that can be chosen."""
    return [(name, str(label)) for name, (label, _range) in RELATIVE.items()]
