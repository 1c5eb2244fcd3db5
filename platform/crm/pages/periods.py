"""Spans of time said relatively, in the words of a sentence."""

from kernel.calendars.relative import RELATIVE


def period_label(name: str) -> str:
    return str(RELATIVE[name][0]) if name in RELATIVE else name


def periods() -> list[tuple[str, str]]:
    """The periods that can be chosen."""
    return [(name, str(label)) for name, (label, _range) in RELATIVE.items()]
