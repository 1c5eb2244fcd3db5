"""A role of the database's own for every workspace: nobody logs in as it, a transaction takes it on.

It reads and writes rows in its own schema and can do nothing else: no other schema, no public table, no DDL. Tables
belong to the operator, who made them; default privileges pass the rights on to tables that come later. `SET ROLE` can
be undone by SQL, so this stops mistakes, not an injection: no SQL is built from input either.
"""

from typing import Any

from django.db import connection

from tenants import sql

_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
#: Roles belong to the whole server; the comment says to which database of it.
_COMMENT = "Peyvand workspace in "


def create_role(schema: str) -> None:
    """For a schema that is still empty: whatever the operator makes in it from now on is within the role's rights."""
    name = sql.quoted(schema)
    sql.run(
        f"CREATE ROLE {name} NOLOGIN NOINHERIT; COMMENT ON ROLE {name} IS {_literal(_comment())};"
        f"{_membership(name)}"
        f"GRANT USAGE ON SCHEMA {name} TO {name};"
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT {_RIGHTS} ON TABLES TO {name};"
    )


def ensure_role(schema: str) -> bool:
    """For a schema that came without one (from before there were roles, or out of a dump); whether it was made."""
    if sql.one("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema]):
        return False
    create_role(schema)
    name = sql.quoted(schema)
    sql.run(f"GRANT {_RIGHTS} ON ALL TABLES IN SCHEMA {name} TO {name}")
    return True


def drop_role(schema: str) -> None:
    """After its schema: nothing else hangs on it."""
    sql.run(f"DROP ROLE IF EXISTS {sql.quoted(schema)}")


def schemas_without_role() -> list[str]:
    """Schemas of workspaces and spare ones whose role is missing."""
    found = sql.rows(
        "SELECT schema_name FROM (SELECT schema_name FROM public.tenants_organization WHERE state <> 'erased'"
        " UNION ALL SELECT schema_name FROM public.tenants_spareschema) s"
        " WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = s.schema_name)"
    )
    return [row[0] for row in found]


def roles_of_this_database() -> list[str]:
    found = sql.rows(
        "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s ORDER BY rolname", [_comment()]
    )
    return [row[0] for row in found]


def roles_of_lost_databases() -> list[str]:
    """Roles whose database is gone: it was dropped with its schemas, which no role survives usefully."""
    found = sql.rows(
        "SELECT rolname FROM (SELECT rolname, shobj_description(oid, 'pg_authid') AS told FROM pg_roles) r"
        " WHERE starts_with(told, %s) AND NOT EXISTS (SELECT 1 FROM pg_database WHERE told = %s || datname)",
        [_COMMENT, _COMMENT],
    )
    return [row[0] for row in found]


def _comment() -> str:
    return f"{_COMMENT}{connection.settings_dict['NAME']}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _membership(name: str) -> str:
    """Who is no superuser may take on only what it is a member of; 16 and newer tell taking on from inheriting."""
    own: Any = connection  # ours: see tenants.postgresql
    how = " WITH INHERIT FALSE, SET TRUE" if own.pg_version >= 160000 else ""
    return f"GRANT {name} TO CURRENT_USER{how};"
