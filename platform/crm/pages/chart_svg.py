"""Charts drawn on the server: bars, a line over time, shares of a whole. No script, right in both directions."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kernel import formats

WIDTHS = (360, 960)
_ROW, _BAR = 34, 14
_HEIGHT, _AXIS = 280, 28


@dataclass(frozen=True)
class Point:
    label: str
    value: float
    #: As people read it.
    text: str
    url: str = ""


def _mirror(width: float, rtl: bool, x: float, extent: float = 0) -> float:
    return round(width - x - extent if rtl else x, 1)


def _linked(point: Point, inner: SafeString, *, named: bool = False) -> SafeString:
    """`named` says that the shape holds its own words; otherwise the link is named for those who cannot see it."""
    said = f"{point.label}: {point.text}"
    if not point.url:
        return format_html("<g><title>{}</title>{}</g>", said, inner)
    if named:
        return format_html('<a href="{}">{}</a>', point.url, inner)
    return format_html('<a href="{}" aria-label="{}"><title>{}</title>{}</a>', point.url, said, said, inner)


def _frame(width: int, height: int, finding: str, inner: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="{}">{}</svg>',
        width, height, width, height, finding, inner,
    )  # fmt: skip


def bars(points: Sequence[Point], width: int, finding: str, *, rtl: bool) -> SafeString:
    """One bar a row, its name above it: names of any length have room, in either script."""
    most = max((abs(p.value) for p in points), default=0) or 1
    room = width - 8
    parts = []
    for n, point in enumerate(points):
        y = n * _ROW
        length = round(max(abs(point.value) / most * room, 1 if point.value else 0), 1)
        kind = "neg" if point.value < 0 else "s1"
        parts.append(_linked(point, format_html(
            '<rect class="hit" x="0" y="{}" width="{}" height="{}"/>'
            '<text class="lab" x="{}" y="{}" text-anchor="{}">{}</text>'
            '<text class="val" x="{}" y="{}" text-anchor="{}">{}</text>'
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>',
            y, width, _ROW, _mirror(width, rtl, 2), y + 13, "start", _short(point.label, width),
            _mirror(width, rtl, width - 4), y + 13, "end", point.text,
            kind, _mirror(width, rtl, 2, length), y + 18, length, _BAR - 4,
        ), named=True))  # fmt: skip
    return _frame(width, len(points) * _ROW + 4, finding, mark_safe("".join(parts)))  # noqa: S308 — parts are escaped


def _short(text: str, width: int) -> str:
    most = width // 11
    return text if len(text) <= most else f"{text[: most - 1]}…"


def line(points: Sequence[Point], width: int, finding: str, *, rtl: bool) -> SafeString:
    """Values over time; time runs from the reader's start side, the scale stands there too."""
    top = max((p.value for p in points), default=0)
    low = min(0.0, min((p.value for p in points), default=0))
    span = (top - low) or 1
    left, right = 8.0, width - 8.0
    step = (right - left) / max(len(points) - 1, 1)

    def spot(n: int) -> tuple[float, float]:
        x = left + step * n if len(points) > 1 else width / 2
        return _mirror(width, rtl, x), round(16 + (_HEIGHT - _AXIS - 24) * (1 - (points[n].value - low) / span), 1)

    grid = format_html_join(
        "", '<line class="grid" x1="0" x2="{}" y1="{}" y2="{}"/>',
        ((width, y, y) for y in (16, (_HEIGHT - _AXIS) / 2 + 4, _HEIGHT - _AXIS - 8)),
    )  # fmt: skip
    path = " ".join(f"{x},{y}" for x, y in map(spot, range(len(points))))
    dots = mark_safe("".join(  # noqa: S308 — each part is escaped
        _linked(p, format_html(
            '<circle class="hit" cx="{0}" cy="{1}" r="12"/><circle class="s1" cx="{0}" cy="{1}" r="4"/>', *spot(n)
        ))
        for n, p in enumerate(points)
    ))  # fmt: skip
    every = max(1, -(-len(points) // (width // 90)))
    names = format_html_join(
        "", '<text class="lab" x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (spot(n)[0], _HEIGHT - 6, _anchor(n, len(points)), points[n].label)
            for n in range(0, len(points), every)
        ),
    )  # fmt: skip
    scale = format_html(
        '<text class="lab" x="{}" y="12" text-anchor="{}">{}</text>',
        _mirror(width, rtl, 0), "start", max(points, key=lambda p: p.value).text if points else "",
    )  # fmt: skip
    inner = format_html('{}<polyline class="l1" points="{}"/>{}{}{}', grid, path, dots, names, scale)
    return _frame(width, _HEIGHT, finding, inner)


def _anchor(n: int, many: int) -> str:
    """The first name and the last keep inside; start is the text's own, which is right in a language from right."""
    if many < 2 or 0 < n < many - 1:
        return "middle"
    return "start" if n == 0 else "end"


def shares(points: Sequence[Point], width: int, finding: str) -> SafeString:
    """A ring; colours are told by the legend in words. A circle of parts is no thing of time: never mirrored."""
    total = sum(p.value for p in points if p.value > 0) or 1
    size = 220
    cx, cy, radius = width / 2, size / 2, 84
    parts, at = [], -pi / 2
    for n, point in enumerate(points):
        if point.value <= 0:
            continue
        turn = 2 * pi * point.value / total
        if turn > 2 * pi - 0.001:
            shape = format_html('<circle class="ring r{}" cx="{}" cy="{}" r="{}"/>', n + 1, cx, cy, radius)
        else:
            x1, y1, x2, y2 = (
                round(v, 2) for v in (cx + radius * cos(at), cy + radius * sin(at),
                                      cx + radius * cos(at + turn), cy + radius * sin(at + turn))
            )  # fmt: skip
            large = 1 if turn > pi else 0
            arc = f"M{x1} {y1}A{radius} {radius} 0 {large} 1 {x2} {y2}"
            shape = format_html('<path class="ring r{}" d="{}"/>', n + 1, arc)
        parts.append(_linked(point, shape))
        at += turn
    return _frame(width, size, finding, mark_safe("".join(parts)))  # noqa: S308 — parts are escaped


def share_text(value: float, total: float) -> str:
    return formats.pct(round(value / total * 100, 1)) if total else ""
