"""What belongs into an archive: every table of the workspace but those named here, with every column it stores.

A new table is in the next archive without anybody thinking of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from kernel.context import require_tenant

#: Tables that stay behind, each with its reason.
LEFT_OUT: Final[Mapping[str, str]] = {
    "django_session": "Who is signed in now; an archive must not sign anybody in.",
    "usersessions_usersession": "As above: the devices of these sessions.",
    "identity_apitoken": "Keys of programs: they open this workspace, not a copy of it.",
    "mfa_authenticator": "Second factors and passkeys are secrets between a person and this workspace.",
    "account_emailconfirmation": "Links in letters, good for a few days.",
    "api_idempotency_key": "Answers of the API, kept for a day.",
    "kernel_outbox": "Events on their way: delivered again, they would send letters twice.",
    "kernel_job": "Work under way, this export among it.",
    "kernel_word": "Words of titles, read again from the records when they are first needed.",
    "django_migrations": "Comes with the tables; the manifest names what was applied.",
    "django_content_type": "Comes with the tables.",
    "auth_permission": "Comes with the tables.",
    "auth_group": "Not in use: roles are our own.",
    "auth_group_permissions": "As above.",
}

#: Columns whose secret gives way to something that opens nothing. "!" is a password that no one can type.
REPLACED: Final[Mapping[tuple[str, str], str]] = {
    ("identity_user", "password"): "'!'",
    ("identity_invitation", "token_hash"): "'used up ' || id::text",
}

#: Areas of files that are made from the rest.
AREAS_LEFT_OUT: Final = frozenset({"archives", "exports", "final", "restores"})

# By the dependencies of one schema, which are indexed: asking pg_class would read every workspace's rows.
_TABLES = """
SELECT c.relname, c.reltuples::bigint, pg_stat_get_live_tuples(c.oid),
  ARRAY(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum),
  (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attidentity <> ''
   AND NOT a.attisdropped)
FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %s::regnamespace AND d.classid = 'pg_class'::regclass
  AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname"""


@dataclass(frozen=True)
class Table:
    """A table as the database has it. `rows` is a guess; `identity` the column that numbers itself, if any."""

    name: str
    columns: tuple[str, ...]
    rows: int = 0
    identity: str = ""

    @property
    def quoted(self) -> str:
        return connection.ops.quote_name(self.name)

    def copy_out(self) -> str:
        """The statement that writes every row as CSV: NULL is nothing, an empty text is ""."""
        named = ", ".join(self._value(column) for column in self.columns)
        return f"COPY (SELECT {named} FROM {self.quoted}) TO STDOUT (FORMAT csv, HEADER)"  # noqa: S608 — names from the catalog

    def copy_in(self, kind: str = "csv") -> str:
        names = ", ".join(connection.ops.quote_name(column) for column in self.columns)
        return f"COPY {self.quoted} ({names}) FROM STDIN (FORMAT {kind}, HEADER match)"

    def _value(self, column: str) -> str:
        name = connection.ops.quote_name(column)
        replaced = REPLACED.get((self.name, column))
        return f"{replaced} AS {name}" if replaced else name


def tables_here(cursor: Any) -> list[Table]:
    """Every table of the workspace that is bound, those left out included."""
    cursor.execute(_TABLES, [f'"{require_tenant().schema}"'])
    return [
        Table(name, tuple(columns), max(guess, live, 0), identity or "")
        for name, guess, live, columns, identity in cursor.fetchall()
    ]


def exported_tables(cursor: Any) -> list[Table]:
    return [table for table in tables_here(cursor) if table.name not in LEFT_OUT]
