"""A list's rows as HTML: for the table and, of the same records, for a phone. They are put together by hand, since a
template takes four times as long for fifty rows of eight cells; what they have in common is worked out once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.pages.cells import drawer
from crm.pages.labels import Labels, shows
from crm.pages.links import entity_url
from crm.selectors.tags import Worn
from frontend.templatetags.pv import hue_of, initials, tier_mark
from kernel.registry import Entity, Field


@dataclass(frozen=True)
class Column:
    field: Field
    label: str
    number: bool
    #: "asc", "desc" or "" and the address that sorts by it (empty when it cannot).
    sorted: str
    sort_query: str
    total: str = ""
    unit: str = ""
    #: Why one cannot sort by it, where one could if the list were shorter.
    unsorted: str = ""
    #: In pixels; 0: as wide as it likes.
    width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    pk: UUID
    title: str
    #: A row of the table, and the same record as a phone's card.
    html: SafeString
    phone: SafeString


def row_drawer(
    entity: Entity, columns: Sequence[Column], labels: Labels, *, back: str, may_change: bool
) -> Callable[[Any, Sequence[Worn]], Row]:  # fmt: skip
    """Draws one record after the other; `back` is what their addresses say of the list they stand in."""
    # Addresses are put together here: asking the URL map for each of 400 cells would cost more than the query.
    base, back = escape(entity_url(entity, "list")), escape(back)
    frames = [_Frame.of(column, labels, may_change=may_change) for column in columns[1:]]
    select, tiered = _("Select %(label)s"), shows(entity, "tier")
    # Tags stand beside the name, or in a column of their own.
    beside = not any(frame.tags for frame in frames)

    def draw(record: Any, tags: Sequence[Worn]) -> Row:
        name = entity.title_of(record)
        title, here = escape(name), f"{base}{record.pk}/"
        htmls = [_tag_cell(tags) if frame.tags else frame.draw(record) for frame in frames]
        cells = "".join([frame.around(html, here) for frame, html in zip(frames, htmls, strict=True)])
        face = _face(name, record.pk)
        mark = tier_mark(record.tier) if tiered else ""
        tags = tags if beside else ()
        return Row(
            record.pk,
            name,
            SafeString(
                f'<tr data-row aria-selected="false"><td class="stick box-c"><input type="checkbox" class="checkbox"'
                f' name="selected" value="{record.pk}" data-select aria-label="{select % {"label": title}}"></td>'
                f'<th scope="row" class="stick stick-2"><a class="namecell" href="{here}{back}" data-row-link>'
                f'{face("ava-sq")}<span class="cut" dir="auto" title="{title}">{title}</span>{mark}'
                f"{_worn(tags[:3])}</a></th>{cells}</tr>"
            ),
            SafeString(
                f'<li><a href="{here}{back}" class="flex gap-3 items-center px-4 py-3 min-w-0">{face("ava-sq ava-md")}'
                '<span class="min-w-0 flex-1 grid grid-cols-[minmax(0,1fr)] gap-0.5">'
                '<span class="flex items-baseline gap-2">'
                f'<span class="font-medium cut" dir="auto">{title}</span>{mark}{_sum(frames, htmls)}'
                '</span><span class="flex items-center gap-2 text-xs text-muted min-w-0">'
                f"{_words(frames, htmls)}</span>{_tag_cell(tags[:2])}</span></a></li>"
            ),
        )

    return draw


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around every cell of a column."""

    draw: Callable[[Any], SafeString]
    money: bool
    #: The cell holds the record's tags, which are read for the whole page at once.
    tags: bool
    #: Up to the record's address, and after it: with a value, and for an empty one as a whole.
    head: str
    edited: str
    blank: str
    tail: str

    @classmethod
    def of(cls, column: Column, labels: Labels, *, may_change: bool) -> "_Frame":
        field, label = column.field, escape(column.label)
        head = '<td class="n">' if column.number else "<td>"
        draw, money, tags = drawer(field, labels), field.kind == "money", bool(field.asks)
        if field.readonly or not may_change:
            return cls(draw, money, tags, f'{head}<span class="cellv">', "", "", "</span></td>")
        edited = f'cell/{field.name}/" data-label="{label}" aria-describedby="pv-cell-hint" tabindex="0" role="button">'
        empty = _("%(label)s: empty") % {"label": label}
        return cls(
            draw, money, tags, f'{head}<pv-cell data-edit-url="', f'{edited}<span class="cellv">',
            f'{edited}<span class="sr-only">{empty}</span></pv-cell></td>', "</span></pv-cell></td>",
        )  # fmt: skip

    def around(self, html: str, here: str) -> str:
        if not self.edited:
            return f"{self.head}{html}{self.tail}"
        return f"{self.head}{here}{self.edited}{html}{self.tail}" if html else f"{self.head}{here}{self.blank}"


def _face(title: str, pk: UUID) -> Callable[[str], str]:
    """`avatar` for the eye alone, in more than one size."""
    hue, letters = hue_of(pk), escape(initials(title))
    return lambda classes: f'<span class="ava av{hue} {classes}" aria-hidden="true">{letters}</span>'


def _worn(tags: Sequence[Worn]) -> str:
    return "".join(
        [
            f'<span class="tagchip tagmini tc-{tag.colour}" title="{name}"><bdi>{name}</bdi></span>'
            for tag in tags
            for name in [escape(tag.name)]
        ]
    )


def _tag_cell(tags: Sequence[Worn]) -> SafeString:
    return SafeString(f'<span class="tagrow">{_worn(tags)}</span>' if tags else "")


def _sum(frames: Sequence[_Frame], htmls: Sequence[str]) -> str:
    """The first amount, at the end of a phone's first line."""
    found = next((html for frame, html in zip(frames, htmls, strict=True) if frame.money and html), "")
    return f'<span class="ms-auto font-medium whitespace-nowrap">{found}</span>' if found else ""


def _words(frames: Sequence[_Frame], htmls: Sequence[str]) -> str:
    """What else fits: a phone's second line."""
    words = [html for frame, html in zip(frames, htmls, strict=True) if html and not frame.money][:2]
    return "".join([f'<span class="cut{" ms-auto" if n else ""}">{html}</span>' for n, html in enumerate(words)])
