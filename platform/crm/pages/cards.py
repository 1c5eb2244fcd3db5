"""One card of a board: whose, how much, until when, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString

from crm.pages.cells import choice_chip
from crm.pages.labels import Labels
from crm.pages.values import currency_of, money_brief, money_text, value_text
from kernel import formats
from kernel.registry import Entity, Field


@dataclass
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


def card_of(entity: Entity, row: Any, fields: Sequence[Field], labels: Labels, url: str, *, open: bool) -> Card:
    card = Card(row.pk, entity.title_of(row), url)
    lines, lacks, chips = [], [], list[SafeString]()
    for field in fields:
        value = getattr(row, field.column)
        if field.name == entity.owner or field.target == "user":
            card.owner, card.owner_id = labels.get(field.target, value), value
        elif field.kind == "relation":
            if not card.subtitle:
                card.subtitle, card.tier = labels.get(field.target, value), labels.tier(value)
        elif field.kind == "money":
            if value is not None:
                currency = currency_of(field, row)
                card.money, card.money_full = money_brief(value, currency), money_text(value, currency)
        elif field.kind in {"date", "datetime"}:
            if value:
                card.date, card.date_label = formats.date_short(value), str(field.label)
                card.late = open and formats.local_date(value) < formats.local_date(timezone.now())
        elif field.colours and value:
            chips += [choice_chip(field, one) for one in (value if isinstance(value, list) else [value])]
        elif text := value_text(field, value):
            lines.append(text)
        elif open:
            lacks.append(str(field.label))
    card.lines, card.lacks, card.chips = lines, lacks, chips
    return card
