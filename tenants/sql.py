"""Statements that name a schema. Names are ours (letters, digits, underscores), checked all the same."""

import re
from typing import Any

from django.db import connection

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")


def quoted(schema: str) -> str:
    if not _NAME.match(schema):
        raise ValueError(f"{schema!r} is not a schema's name.")
    return f'"{schema}"'


def run(sql: str, params: list[Any] | dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def rows(sql: str, params: list[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def one(sql: str, params: list[Any] | None = None) -> Any:
    """The first column of the first row, or None."""
    found = rows(sql, params)
    return found[0][0] if found else None


def create_schema(schema: str) -> None:
    run(f"CREATE SCHEMA {quoted(schema)}")


def drop_schema(schema: str) -> None:
    run(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
