"""Inserting many new rows by COPY: several times cheaper than an INSERT whose text must be written and parsed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, JSONField, Model

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_FEW = 20
_Writer = Callable[[Any], str]


def _text(value: str) -> str:
    # Four searches are much cheaper than one translate(), and hardly any value needs it.
    clean = "\\" not in value and "\n" not in value and "\t" not in value and "\r" not in value
    return value if clean else value.translate(_ESCAPES)


def _plain(value: Any) -> str:
    """A value as COPY's text format wants it. Exact types first: they are nearly all there is."""
    kind = type(value)
    if value is None:
        return "\\N"
    if kind is str or isinstance(value, str):
        return _text(str(value))
    if kind is UUID:
        return str(value.hex)
    if kind is bool:
        return "t" if value else "f"
    if kind is int or kind is Decimal or kind is float:
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"COPY does not know how to write {kind}.")


def _json(value: Any) -> str:
    return "\\N" if value is None else _text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _writer(field: Field[Any, Any]) -> _Writer:
    return _json if isinstance(field, JSONField) and field.encoder is None else _plain


def insert_many(records: Sequence[Model]) -> None:
    """Insert new records of one model, in the open transaction. Like bulk_create it sends no signals."""
    if not records:
        return
    model = type(records[0])
    if len(records) < _FEW:  # the round trip is all that counts
        model._base_manager.bulk_create(records)
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    writers = [(field.pre_save, _writer(field)) for field in fields]
    lines = io.StringIO()
    for record in records:
        lines.write("\t".join([write(value(record, True)) for value, write in writers]))
        lines.write("\n")
    lines.seek(0)
    name = connection.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(f"COPY {name(model._meta.db_table)} ({columns}) FROM STDIN", lines)
    for record in records:
        record._state.adding = False
        record._state.db = connection.alias
