"""Reading cells of one column, compiled once and remembered: the same text is parsed once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from crm.imports.reader import Cell, text_of
from kernel.access import Actor
from kernel.badvalue import BadValue
from kernel.clean import default_of
from kernel.registry import Entity, Field
from kernel.values import parse_value

_REMEMBERED = 20_000


class CellReader:
    """Cell → value of the field; raises BadValue. A money column needs the row's other values for its currency."""

    def __init__(self, entity: Entity, field: Field, chosen: Mapping[str, Any], actor: Actor) -> None:
        self.field = field
        self._options: dict[str, Any] = field.options()
        if chosen.get("date_order") in ("YMD", "DMY", "MDY"):
            self._options["date_order"] = chosen["date_order"]
        if chosen.get("decimal_mark") in (".", ","):
            self._options["decimal_mark"] = chosen["decimal_mark"]
        if chosen.get("unit") in ("rial", "toman"):
            self._options["unit"] = chosen["unit"]
        self._known: dict[tuple[str, str], Any] = {}
        self._currency_field = entity.all_fields.get(field.currency) if field.kind == "money" else None
        self._currency = field.currency if field.kind == "money" and not self._currency_field else ""
        if self._currency_field is not None:
            self._currency = str(default_of(self._currency_field, actor, {}) or "")
        self._textual = field.textual

    def __call__(self, cell: Cell, values: Mapping[str, Any]) -> Any:
        currency = self._currency
        if self._currency_field is not None:
            currency = values.get(self._currency_field.name) or currency
        if not isinstance(cell, str):
            return self._parse(text_of(cell) if self._textual or isinstance(cell, time | timedelta) else cell, currency)
        key = (currency, cell)
        try:
            value = self._known[key]
        except KeyError:
            try:
                value = self._parse(cell, currency)
            except BadValue as error:
                value = error
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = value
        if isinstance(value, BadValue):
            raise value.with_traceback(None)  # the same error is raised again and again: let no chain grow
        return value

    def _parse(self, cell: Any, currency: str) -> Any:
        options = {**self._options, "currency": currency} if currency else self._options
        return parse_value(self.field.kind, cell, options=options)
