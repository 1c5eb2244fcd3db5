"""Replaying a template makes exactly the schema that migrating makes."""

from typing import Any

import pytest

from kernel.context import Tenant
from tenants import sql, templates
from tenants.migrating import migrate_here, scratch_schema
from tenants.templates import replay
from tenants.versions import CORE, labels_of_part, parts, version_of

#: Everything the catalog knows of a schema, with the schema's own name taken out.
QUERIES = {
    "tables": """
        SELECT relname, relkind, relpersistence, reloptions, relrowsecurity FROM pg_class
        WHERE relnamespace = %(s)s::regnamespace AND relkind IN ('r', 'p', 'S', 'v', 'm') ORDER BY 1""",
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               a.attgenerated, pg_get_expr(d.adbin, d.adrelid), l.collname, a.attstorage, a.attcompression
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE c.relnamespace = %(s)s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'
        ORDER BY 1, 2""",
    "constraints": """
        SELECT c.relname, k.conname, k.contype, k.condeferrable, k.condeferred, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.connamespace = %(s)s::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT c.relname, i.relname, pg_get_indexdef(i.oid) FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
        WHERE c.relnamespace = %(s)s::regnamespace ORDER BY 1, 2""",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle, cache_size,
               last_value
        FROM pg_sequences WHERE schemaname = %(s)s ORDER BY 1""",
    "migrations": "SELECT id, app, name FROM django_migrations ORDER BY id",
    "comments": """
        SELECT c.relname, d.description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
        WHERE c.relnamespace = %(s)s::regnamespace ORDER BY 1, 2""",
    "triggers": """
        SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(s)s::regnamespace AND NOT t.tgisinternal ORDER BY 1, 2""",
}


def picture(schema: str) -> dict[str, list[str]]:
    return {what: [str(row).replace(schema, "HERE") for row in _rows(query, schema)] for what, query in QUERIES.items()}


def _rows(query: str, schema: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, {"s": schema})
        return list(cursor.fetchall())


def contents(schema: str) -> dict[str, list[str]]:
    """Rows that migrations write themselves, without the moment at which they did."""
    tables = [row[0] for row in _rows(QUERIES["tables"], schema) if row[1] == "r" and row[0] != "django_migrations"]
    return {table: sorted(str(row) for row in sql.rows(f'SELECT * FROM "{table}"')) for table in tables}


def test_replaying_every_part_is_migrating_it(stage: Any, db: None) -> None:
    with scratch_schema() as migrated:
        migrate_here(frozenset().union(*(labels_of_part(part) for part in parts())))
        expected, rows = picture(migrated), contents(migrated)
    with scratch_schema() as replayed:
        for part in parts():
            replay(part)
        found, found_rows = picture(replayed), contents(replayed)
    # Migrating everything in one go may interleave apps; which migration came at which number is not the schema.
    for one in (expected, found):
        one["migrations"] = sorted(line.partition(", ")[2] for line in one["migrations"])
    for what in QUERIES:
        assert found[what] == expected[what], what
    assert found_rows == rows
    assert len(expected["tables"]) > 20


def test_the_core_alone_is_numbered_like_its_migration(stage: Any, db: None) -> None:
    with scratch_schema() as migrated:
        migrate_here(labels_of_part(CORE))
        expected = picture(migrated)
    with scratch_schema() as replayed:
        replay(CORE)
        assert picture(replayed) == expected


def test_a_workspace_without_the_engine_has_none_of_its_tables(stage: Any, db: None) -> None:
    with scratch_schema() as schema:
        replay(CORE)
        tables = {row[0] for row in _rows(QUERIES["tables"], schema)}
    assert "crm_account" in tables
    assert not {table for table in tables if table.startswith(("sfa_", "tenants_", "billing_"))}


def test_no_template_names_a_schema_but_ext(stage: Any, db: None) -> None:
    for part in parts():
        text = templates.template_of(part).sql
        assert "public." not in text
        assert '"s_' not in text
        assert '"t_' not in text


def test_no_foreign_key_leaves_a_workspace(tenant: Tenant) -> None:
    leaving = sql.rows(
        "SELECT conname FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid"
        " WHERE k.contype = 'f' AND k.connamespace = %s::regnamespace AND f.relnamespace <> k.connamespace",
        [tenant.schema],
    )
    assert leaving == []


def test_a_stale_template_is_refused_with_the_command_to_run(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "version_of", lambda part: "newer")
    with pytest.raises(templates.StaleTemplate, match="release"):
        templates.template_of(CORE)


def test_a_version_is_a_hash_over_files(stage: Any, db: None) -> None:
    assert version_of(CORE) == version_of(CORE)
    assert len({version_of(part) for part in parts()}) == len(parts())
