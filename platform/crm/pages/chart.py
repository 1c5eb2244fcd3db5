"""A list as a picture: groups by count, sum or average, each bar leading to its records."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from crm.pages import chart_svg
from crm.pages.bucket_parts import Bucket, By
from crm.pages.buckets import Gathered, by_choices, gather, gatherable, measures, narrowed_to, read_by
from crm.pages.chart_svg import Point
from crm.pages.links import actor_of, entity_url
from crm.pages.list import answer, frame_context
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange, records_of
from crm.pages.values import money_brief, money_text
from kernel import formats
from kernel.errors import NotFound
from kernel.registry import Entity, Field

SHAPES = ("bar", "line", "share")
#: A ring tells no more apart.
MOST_SHARES = 5


@dataclass(frozen=True)
class Measure:
    act: str
    field: Field | None = None
    currency: str = ""

    def of(self, bucket: Bucket) -> Decimal | None:
        if self.field is None:
            return Decimal(bucket.count)
        total = bucket.sums.get(self.field.name, {}).get(self.currency)
        if self.act == "sum" or total is None:
            return total
        filled = bucket.filled.get(self.field.name, 0)
        return (total / filled) if filled else None

    def words(self, value: Decimal | None, *, brief: bool = False) -> str:
        if value is None:
            return "—"
        if self.field is None:
            return formats.num(value)
        if self.field.kind == "money":
            rounded = round(value, 2)
            return money_brief(rounded, self.currency) if brief else money_text(rounded, self.currency)
        if self.field.kind == "percent":
            return formats.pct(round(value, 1))
        return formats.num(round(value, 2))


def chart(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    by = read_by(entity, setting.state.by) or default_by(entity)
    if by is None:
        raise NotFound()
    queryset, _state, _told = records_of(setting)
    named = _named(entity, setting.state.measure)
    gathered = gather(entity, queryset, by, setting.labels, [named[1].name] if named[1] else [])
    measure, left_out = _measure(named, gathered)
    shape = setting.state.shape if setting.state.shape in SHAPES else ("line" if by.period else "bar")
    points = _points(setting, by, gathered, measure)
    drawn = _draw(shape, points, _finding(by, measure, points))
    context: dict[str, Any] = {
        **frame_context(setting, "chart"), "count": gathered.count, "by": by, "by_choices": by_choices(entity),
        "measure": setting.state.measure or "count", "measures": measures(entity), "shape": shape,
        "shapes": [("bar", _("Bars")), ("line", _("Line")), ("share", _("Shares"))], "drawn": drawn,
        "points": points, "ring": _ring(points) if shape == "share" else [], "others": gathered.others,
        "others_count": gathered.others_count, "left_out": left_out, "table": {"problems": setting.problems},
    }  # fmt: skip
    return answer(request, "crm/list.html", "crm/chart_body.html", context)


def default_by(entity: Entity) -> By | None:
    """What tells most at first: the board's lanes, a choice, then anything with few values."""
    if entity.board:
        return read_by(entity, entity.board.lane)
    ranked = sorted(gatherable(entity), key=lambda f: (f.kind != "choice", f.name not in entity.columns, f.readonly))
    return read_by(entity, ranked[0].name) if ranked else None


def _named(entity: Entity, text: str) -> tuple[str, Field | None]:
    act, _sep, name = text.partition(":")
    known = {key for key, _label in measures(entity)}
    return (act, entity.field(name)) if text in known and name else ("count", None)


def _measure(named: tuple[str, Field | None], gathered: Gathered) -> tuple[Measure, list[str]]:
    """Amounts of several currencies are never added up: the one with the most is shown, the others are named."""
    act, field = named
    if field is None:
        return Measure("count"), []
    weight: dict[str, int] = {}
    for bucket in gathered.buckets:
        for currency in bucket.sums.get(field.name, {}):
            weight[currency] = weight.get(currency, 0) + 1
    ranked = sorted(weight, key=lambda currency: -weight[currency])
    return Measure(act, field, ranked[0] if ranked else ""), ranked[1:]


def _points(setting: Setting, by: By, gathered: Gathered, measure: Measure) -> list[Point]:
    base = entity_url(setting.entity, "list")
    found = []
    for bucket in gathered.buckets:
        value = measure.of(bucket)
        url = f"{base}?{narrowed_to(setting.state, by, bucket.key).query()}"
        found.append(Point(bucket.label, float(value or 0), measure.words(value, brief=True), url))
    return found


def _ring(points: Sequence[Point]) -> list[tuple[Point, str]]:
    """The greatest parts and all others as one, with each one's share."""
    ranked = sorted((p for p in points if p.value > 0), key=lambda p: -p.value)
    total = sum(p.value for p in ranked)
    kept, rest = ranked[:MOST_SHARES], ranked[MOST_SHARES:]
    if rest:
        value = sum(p.value for p in rest)
        kept.append(Point(_("Others"), value, formats.num(Decimal(str(round(value, 2))))))
    return [(p, chart_svg.share_text(p.value, total)) for p in kept]


def _draw(shape: str, points: Sequence[Point], finding: str) -> list[SafeString]:
    """The picture for a phone and for a desk."""
    rtl = get_language_bidi()
    if shape == "share":
        return [chart_svg.shares([p for p, _share in _ring(points)], 360, finding)]
    draw = chart_svg.line if shape == "line" else chart_svg.bars
    return [draw(points, width, finding, rtl=rtl) for width in chart_svg.WIDTHS]


def _finding(by: By, measure: Measure, points: Sequence[Point]) -> str:
    """What the picture says, for whoever cannot see it."""
    top = max(points, key=lambda p: p.value, default=None)
    if top is None:
        return _("Nothing to show")
    words = {"field": by.field.label, "group": top.label, "value": top.text}
    return _("By %(field)s: most is %(group)s with %(value)s") % words
