"""What is wrong with adding or changing a column of a table that has rows, readers and writers."""

import re
from typing import Any, TypeAlias

from django.db import connection, models
from django.db.models import NOT_PROVIDED
from django.db.models.functions import Now

Field: TypeAlias = "models.Field[Any, Any]"
_TEXT = re.compile(r"^varchar(?:\((\d+)\))?$|^(text)$")
_NUMERIC = re.compile(r"^numeric\((\d+), (\d+)\)$")


def problems_of_added(field: Field) -> list[str]:
    if field.many_to_many:
        return []  # a table of its own
    if isinstance(field, models.GeneratedField):
        return ["computes a value for every row under a lock: fill an ordinary column in steps"]
    found = []
    if not field.null and field.db_default is NOT_PROVIDED:
        found.append("is NOT NULL without db_default: the old code does not fill it")
    if _is_volatile(field):
        found.append("has a db_default that may differ from row to row, so every row is written under a lock")
    return found + _indexes(field) + _checks(field)


def problems_of_altered(old: Field, new: Field) -> list[str]:
    found = []
    if old.null and not new.null:
        found.append("makes the column NOT NULL: the old code may still write nothing")
    if not new.null and old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED:
        found.append("takes away the db_default on which the old code relies")
    if not _same_place(old, new):
        found.append("changes the column's name or what it points to")
    elif not _fits(_type(old), _type(new)):
        found.append(f"changes the type from {_type(old)} to {_type(new)}, which writes or refuses rows under a lock")
    if _collation(old) != _collation(new):
        found.append("changes the collation, which builds its indexes anew")
    found += [problem for problem in _indexes(new) if problem not in _indexes(old)]
    found += [problem for problem in _checks(new) if problem not in _checks(old)]
    if _constrains(new) and not _constrains(old):
        found.append("adds a foreign key that is checked for every row")
    return found


def _indexes(field: Field) -> list[str]:
    found = []
    if field.unique:
        found.append("builds a unique index under a lock")
    elif getattr(field, "db_index", False):
        found.append("builds an index under a lock: db_index=False, and AddIndexConcurrently in the next migration")
    return found


def _checks(field: Field) -> list[str]:
    checked = field.get_internal_type() in connection.data_type_check_constraints
    return ["checks every row under a lock"] if checked and not field.remote_field else []


def _is_volatile(field: Field) -> bool:
    default: Any = field.db_default
    if default is NOT_PROVIDED or not hasattr(default, "resolve_expression"):
        return False
    return not isinstance(default, models.Value | Now)


def _type(field: Field) -> str:
    if field.remote_field:
        return "key"
    return str(field.db_type(connection) or "")


def _fits(old: str, new: str) -> bool:
    """Whether the new type takes every old value without touching the rows."""
    if old == new:
        return True
    a, b = _TEXT.match(old), _TEXT.match(new)
    if a and b:
        return not b[1] or bool(a[1] and int(a[1]) <= int(b[1]))
    c, d = _NUMERIC.match(old), _NUMERIC.match(new)
    return bool(c and d and c[2] == d[2] and int(c[1]) <= int(d[1]))


def _same_place(old: Field, new: Field) -> bool:
    here = [(one.db_column, _target(one), one.many_to_many) for one in (old, new)]
    return here[0] == here[1]


def _target(field: Field) -> str:
    remote: Any = field.remote_field
    if not remote:
        return ""
    model = remote.model
    return str(model if isinstance(model, str) else model._meta.label_lower).lower()


def _collation(field: Field) -> str:
    return str(getattr(field, "db_collation", None) or "")


def _constrains(field: Field) -> bool:
    return bool(field.remote_field and getattr(field, "db_constraint", False))
