"""What lets a schema live on a machine of its own (Citus, or a dump): nothing in it points out of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from kernel.context import Tenant, public_context, tenant_context
from tenants import pool, sql
from tenants.migrating import scratch_schema
from tenants.models import Organization, SpareSchema
from tenants.templates import replay
from tenants.versions import parts

#: Schemas that hold no workspace; of these, a workspace may use `ext` and PostgreSQL's own.
OURS = "nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public', 'ext')"

FOREIGN_KEYS = f"""
SELECT n.nspname, k.conname FROM pg_constraint k
JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
JOIN pg_namespace n ON n.oid = a.relnamespace
WHERE k.contype = 'f' AND a.relnamespace <> b.relnamespace
  AND (a.relnamespace IN (SELECT oid FROM pg_namespace WHERE {OURS})
    OR b.relnamespace IN (SELECT oid FROM pg_namespace WHERE {OURS}))"""

#: Which schema holds an object, for all kinds of objects that a table may need or consist of.
HELD = """
SELECT 'pg_class'::regclass::oid, oid, relnamespace::regnamespace::text FROM pg_class UNION ALL
SELECT 'pg_proc'::regclass, oid, pronamespace::regnamespace::text FROM pg_proc UNION ALL
SELECT 'pg_type'::regclass, oid, typnamespace::regnamespace::text FROM pg_type UNION ALL
SELECT 'pg_constraint'::regclass, oid, connamespace::regnamespace::text FROM pg_constraint UNION ALL
SELECT 'pg_attrdef'::regclass, d.oid, relnamespace::regnamespace::text
  FROM pg_attrdef d JOIN pg_class c ON c.oid = adrelid
UNION ALL
SELECT 'pg_trigger'::regclass, t.oid, relnamespace::regnamespace::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
UNION ALL
SELECT 'pg_rewrite'::regclass, r.oid, relnamespace::regnamespace::text
  FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
"""
NEEDS = "SELECT classid, objid, refclassid, refobjid FROM pg_depend"


def needing_others() -> list[tuple[Any, ...]]:
    """What needs something (a sequence, a table, a function, a type) of another schema than its own: defaults,
    generated columns, views, triggers, constraints. Joined here: a fresh catalog has no statistics to do it well there.
    """
    held = {(kind, oid): schema for kind, oid, schema in sql.rows(HELD)}
    ours = {row[0] for row in sql.rows(f"SELECT nspname FROM pg_namespace WHERE {OURS}")}
    pairs = [(held.get((a, b)), held.get((c, d)), c, d) for a, b, c, d in sql.rows(NEEDS)]
    return [
        (one, other, sql.one("SELECT pg_describe_object(%s, %s, 0)", [kind, oid]))
        for one, other, kind, oid in pairs
        if one in ours and other and other not in (one, "pg_catalog", "ext")
    ]


def leaving() -> list[tuple[Any, ...]]:
    return sql.rows(FOREIGN_KEYS) + needing_others()


@pytest.fixture
def fresh(stage: Any, db: None) -> Iterator[str]:
    """A schema with the tables of every engine there is."""
    with scratch_schema() as schema:
        for part in parts():
            replay(part)
        yield schema


def test_nothing_in_any_schema_points_out_of_it(fresh: str) -> None:
    """All of the catalog: workspaces, spare schemas, and one with every engine."""
    with public_context():
        known = {*Organization.objects.values_list("schema_name", flat=True)}
        known |= {*SpareSchema.objects.values_list("schema_name", flat=True)}
    looked_at = {row[0] for row in sql.rows(f"SELECT nspname FROM pg_namespace WHERE {OURS}")}
    assert looked_at >= {fresh, *known}
    assert leaving() == []


PLANTED = {
    "a foreign key to public": "ALTER TABLE crm_account ADD CONSTRAINT out FOREIGN KEY (id)"
    " REFERENCES public.tenants_organization (id)",
    "a foreign key into a workspace": "CREATE TABLE public.planted (id uuid REFERENCES crm_account (id))",
    "a foreign key to another workspace": "CREATE SCHEMA t_planted; CREATE TABLE t_planted.x (id uuid PRIMARY KEY);"
    " ALTER TABLE crm_account ADD CONSTRAINT out FOREIGN KEY (id) REFERENCES t_planted.x (id)",
    "somebody else's sequence": "CREATE SEQUENCE public.planted;"
    " ALTER TABLE crm_account ADD COLUMN number bigint DEFAULT nextval('public.planted')",
    "a view of public": "CREATE VIEW planted AS SELECT name FROM public.tenants_organization",
}


@pytest.mark.parametrize("what", list(PLANTED))
def test_what_points_out_is_found(fresh: str, what: str) -> None:
    sql.run(PLANTED[what])
    assert leaving() != []


def test_a_schema_is_made_by_a_message_of_its_own(stage: Any, db: None) -> None:
    """Citus refuses CREATE SCHEMA beside other statements; the rest of a workspace's making may be one message."""
    seen: list[str] = []

    def listen(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append(str(query))
        return execute(query, params, many, context)

    schema = pool.new_name()
    with connection.execute_wrapper(listen), public_context():
        pool.build_schema(schema)
    making = [text for text in seen if "CREATE SCHEMA" in text.upper()]
    assert making == [f'CREATE SCHEMA "{schema}"']


def test_a_workspace_names_no_schema_but_its_own(tenant: Tenant) -> None:
    """What is stored about a workspace's own tables must be right after it was moved or renamed."""
    with tenant_context(tenant):
        told = sql.rows(
            "SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
            " WHERE k.connamespace = %s::regnamespace AND pg_get_constraintdef(k.oid) ~ '(public|t_[0-9a-f]{32})\\.'",
            [tenant.schema],
        )
    assert told == []
