"""One card of a board: whose, how much, until when, and what comes next. Put together by hand, as a list's rows are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.pages.cells import choice_chip
from crm.pages.labels import Labels
from crm.pages.values import currency_of, money_brief, money_text, value_text
from frontend.templatetags.pv import avatar, icon, tier_mark
from kernel import formats
from kernel.registry import Entity, Field

NO_HTML = SafeString("")


@dataclass(slots=True)
class Card:
    pk: UUID
    title: str
    url: str
    subtitle: str = ""
    #: The value tier of the customer that the subtitle names.
    tier: str = ""
    owner: str = ""
    owner_id: UUID | None = None
    money: str = ""
    #: The amount in full, where `money` is a short form of it.
    money_full: str = ""
    date: str = ""
    date_label: str = ""
    late: bool = False
    #: Choices in their colours.
    chips: Sequence[SafeString] = ()
    #: Lines of text below (a next step), and labels of those that an open card should have and has not.
    lines: Sequence[str] = ()
    lacks: Sequence[str] = ()
    html: SafeString = NO_HTML


@dataclass
class CardDrawer:
    """Draws the cards of one board; what says the same on several is worked out once."""

    entity: Entity
    fields: Sequence[Field]
    labels: Labels
    #: Addresses: of the list, and what they say of it.
    base: str
    back: str
    may_change: bool
    today: date = field(default_factory=lambda: formats.local_date(timezone.now()))
    faces: dict[Any, str] = field(default_factory=dict)

    def draw(self, row: Any, *, open: bool) -> Card:
        card = self._card(row, open=open)
        card.html = SafeString(self._html(card))
        return card

    def _card(self, row: Any, *, open: bool) -> Card:
        card = Card(row.pk, self.entity.title_of(row), f"{self.base}{row.pk}/{self.back}")
        lines, lacks, chips = [], [], list[SafeString]()
        for one in self.fields:
            value = getattr(row, one.column)
            if one.name == self.entity.owner or one.target == "user":
                card.owner, card.owner_id = self.labels.get(one.target, value), value
            elif one.kind == "relation":
                if not card.subtitle:
                    card.subtitle, card.tier = self.labels.get(one.target, value), self.labels.tier(value)
            elif one.kind == "money":
                if value is not None:
                    currency = currency_of(one, row)
                    card.money, card.money_full = money_brief(value, currency), money_text(value, currency)
            elif one.kind in {"date", "datetime"}:
                if value:
                    card.date, card.date_label = formats.date_short(value), str(one.label)
                    card.late = open and formats.local_date(value) < self.today
            elif one.colours and value:
                chips += [choice_chip(one, each) for each in (value if isinstance(value, list) else [value])]
            elif text := value_text(one, value):
                lines.append(text)
            elif open:
                lacks.append(str(one.label))
        card.lines, card.lacks, card.chips = lines, lacks, chips
        return card

    def _html(self, card: Card) -> str:
        grip = f' data-card="{card.pk}" tabindex="0"' if self.may_change else ""
        chips = f'<div class="flex flex-wrap gap-1">{"".join(card.chips)}</div>\n' if card.chips else "\n"
        return (
            f'<li class="deal"{grip}>\n{self._head(card)}\n{_figures(card)}\n{chips}'
            f"{''.join([_line(text) for text in card.lines])}\n{''.join([_lack(label) for label in card.lacks])}\n</li>"
        )

    def _head(self, card: Card) -> str:
        title, below = escape(card.title), ""
        if card.subtitle:
            below = (
                '<span class="flex items-center gap-1.5 text-xs text-muted min-w-0">'
                f'<span class="cut" dir="auto">{escape(card.subtitle)}</span>{tier_mark(card.tier)}</span>'
            )
        return (
            '<div class="flex items-start gap-2">'
            f'<a href="{escape(card.url)}" class="min-w-0 flex-1" draggable="false">'
            f'<span class="block font-medium cut" dir="auto" title="{title}">{title}</span>{below}</a>'
            f"{self._face(card) if card.owner else ''}</div>"
        )

    def _face(self, card: Card) -> str:
        if card.owner_id not in self.faces:
            self.faces[card.owner_id] = avatar(card.owner, card.owner_id, "", label=True)
        return self.faces[card.owner_id]


def _figures(card: Card) -> str:
    """How much, and until when."""
    if not card.money and not card.date:
        return ""
    full = f' title="{escape(card.money_full)}"' if card.money_full != card.money else ""
    money = f'<span class="num font-semibold"{full}>{escape(card.money)}</span>'
    if not card.date:
        return f'<div class="flex items-center gap-2">{money}</div>'
    label, tone = escape(card.date_label), "text-bad font-medium" if card.late else "text-muted"
    late = _("Overdue:") + " " if card.late else ""
    return (
        f'<div class="flex items-center gap-2">{money}<span class="ms-auto num text-xs whitespace-nowrap {tone}"'
        f' title="{label}"><span class="sr-only">{late}{label} </span>'
        f"{escape(card.date)}</span></div>"
    )


def _line(text: str) -> str:
    shown = escape(text)
    return (
        '<div class="flex items-center gap-1.5 text-xs pt-1.5 border-t border-line">'
        f"{icon('corner-down-right', '!size-3.5 text-muted')}"
        f'<span class="cut" dir="auto" title="{shown}">{shown}</span></div>'
    )


def _lack(label: str) -> str:
    said = _("No %(label)s") % {"label": escape(label.lower())}
    return (
        '<div class="flex items-center gap-1.5 text-xs pt-1.5 border-t border-line text-warn font-medium">'
        f'{icon("triangle-alert", "!size-3.5")}<span class="cut">{said}</span></div>'
    )
