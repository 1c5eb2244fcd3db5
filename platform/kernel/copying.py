"""Many rows in one statement: COPY for new ones, UPDATE … FROM json for changed ones.

Django's bulk_create prepares every value on its own and lets the server parse all of it as SQL; measured on contacts
(16 columns, generated search text), COPY takes a third of that time. See docs/decisions/0007.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import (
    DEFERRED,
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    TextField,
    UUIDField,
)

if TYPE_CHECKING:
    _Field: TypeAlias = Field[Any, Any]


def insert_records(model: type[Model], records: Sequence[Any]) -> None:
    """Save unsaved records, as bulk_create does: no signals, `auto_now` and `auto_now_add` are filled."""
    if not records:
        return
    fields = _stored(model)
    timed = [field for field in fields if type(field).pre_save is not Field.pre_save]
    for record in records:
        for field in timed:
            field.pre_save(record, True)
    row_of = attrgetter(*(field.attname for field in fields))
    copy_rows(model, [field.name for field in fields], map(row_of, records))
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def insert_alike(model: type[Model], pattern: Any, varying: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Save many records that differ from an unsaved one in these attributes only, its key among them, without making
    a model of each: that is half of the work of a row.
    """
    fields = _stored(model)
    for field in fields:
        if type(field).pre_save is not Field.pre_save:
            field.pre_save(pattern, True)
    # What varies stands in front, so that the rest is one text for all of them.
    ahead = [next(field for field in fields if field.attname == name) for name in varying]
    same = [field for field in fields if field not in ahead]
    rest = next(_lines(same, [[getattr(pattern, field.attname) for field in same]]))
    _copy([*ahead, *same], (f"{line}\t{rest}" for line in _lines(ahead, list(rows))))


def blank_maker(pattern: Any) -> Callable[[], Any]:
    """Makes unsaved records like this one, each with what a callable default gives anew: a key, a dict of its own.

    Values by their place cost a third of what they cost by name.
    """
    model, fields = type(pattern), pattern._meta.concrete_fields
    values = [DEFERRED if field.generated else getattr(pattern, field.attname) for field in fields]
    fresh = [
        (i, field.get_default) for i, field in enumerate(fields) if field.has_default() and callable(field.default)
    ]

    def make() -> Any:
        given = values.copy()
        for i, default in fresh:
            given[i] = default()
        return model(*given)

    return make


def update_records(model: type[Model], records: Sequence[Any], *, leave: Iterable[str] = ()) -> None:
    """Write the columns of saved records, save the key, generated ones and those to `leave` as they are."""
    if not records:
        return
    key = next(field for field in _stored(model) if field.primary_key)
    fields = [field for field in _stored(model) if field.name not in {key.name, *leave}]
    columns_in = [(field.column, field.attname) for field in (key, *fields)]
    rows = [{column: getattr(record, attname) for column, attname in columns_in} for record in records]
    for field in fields:
        if prepare := _prepared(field):
            for row in rows:
                row[field.column] = prepare(row[field.column])
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(f"{_quoted(field)} = new.{_quoted(field)}" for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS old SET {columns} FROM json_populate_recordset(NULL::{table}, %s) AS new"  # noqa: S608 — names from models
            f" WHERE old.{_quoted(key)} = new.{_quoted(key)}",
            [json.dumps(rows, default=str)],
        )


def copy_rows(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows whose values stand in the order of `names`; what is not named gets the column's default."""
    fields = [field for name in names if isinstance(field := model._meta.get_field(name), Field)]
    # The rows themselves are made before: a value that asks the database for something cannot while it is copying.
    _copy(fields, _lines(fields, list(rows)))


def _copy(fields: Sequence[_Field], lines: Iterator[str]) -> None:
    source = _Source(lines)
    if not source.waiting:
        return
    table, columns = connection.ops.quote_name(fields[0].model._meta.db_table), ", ".join(map(_quoted, fields))
    # Opening Django's cursor binds the workspace; psycopg2's own, inside it, is the one that can copy.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        try:
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", source, _CHUNK)
        except Exception:
            if source.error is not None:  # the driver would only say that reading failed
                raise source.error from None
            raise


class _Source:
    """What COPY reads. Lines are made while the server works on those before them: the two take turns no longer."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.error: Exception | None = None
        self.waiting = self._next()

    def read(self, _size: int) -> str:
        try:
            text, self.waiting = self.waiting, self._next()
        except Exception as error:
            self.error = error
            raise
        return text

    def _next(self) -> str:
        return "".join([f"{line}\n" for line in islice(self.lines, _AT_A_TIME)])


#: Lines that are made and sent together: some ten kilobytes.
_AT_A_TIME = 50
_CHUNK = 1 << 16


def _lines(fields: Sequence[_Field], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    prepare = [(i, write) for i, field in enumerate(fields) if (write := _written(field))]
    for row in rows:
        cells = list(row)
        for i, write in prepare:
            if cells[i] is not None:
                cells[i] = write(cells[i])
        yield _line(cells)


def _line(cells: Sequence[Any]) -> str:
    """Cells rarely hold a sign that has to be written otherwise: the whole line tells."""
    line = "\t".join([r"\N" if cell is None else str(cell) for cell in cells])
    backslashes = cells.count(None)
    if line.count("\\") == backslashes and line.count("\t") == len(cells) - 1 and "\n" not in line and "\r" not in line:
        return line
    return "\t".join([r"\N" if cell is None else _escaped(str(cell)) for cell in cells])


def _quoted(field: _Field) -> str:
    return connection.ops.quote_name(str(field.column))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda sign: _ESCAPES[sign[0]], text) if _SPECIAL.search(text) else text


_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
#: Whatever Python holds for these, its text is what PostgreSQL reads.
_PLAIN = (BooleanField, CharField, DateField, DecimalField, TextField, UUIDField)


def _stored(model: type[Model]) -> list[_Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _prepared(field: _Field) -> Callable[[Any], Any] | None:
    """What makes a value its column's: a whole number for an integer, nothing for an empty address. None: it is so."""
    if isinstance(field.target_field if isinstance(field, ForeignKey) else field, (*_PLAIN, JSONField)):
        return None

    def prepare(value: Any) -> Any:
        prepared = field.get_prep_value(value)
        return None if prepared == "" else prepared

    return prepare


def _written(field: _Field) -> Callable[[Any], Any] | None:
    """The same for a cell of COPY, whose text is taken as it is."""
    if isinstance(field, JSONField):
        encode = (field.encoder or json.JSONEncoder)(ensure_ascii=False).encode
        return lambda value: "{}" if value == {} else encode(value)
    if isinstance(field.target_field if isinstance(field, ForeignKey) else field, UUIDField):
        return _hex
    return _prepared(field)


def _hex(value: Any) -> Any:
    """An id without its hyphens, which PostgreSQL does not need: half the time, several times a row."""
    return f"{value.int:032x}" if isinstance(value, UUID) else value
