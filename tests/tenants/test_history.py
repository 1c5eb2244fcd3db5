"""A schema as it was at an older version, and brought to now: what an archive of then is restored into."""

from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from kernel.context import Tenant, tenant_context
from tenants import sql
from tenants.migrating import Applied, scratch_schema
from tenants.pool import new_name
from tenants.releases import UnknownMigrations, build_schema_at, upgrade_schema
from tenants.releases.history import applied_here
from tenants.templates import replay
from tenants.versions import CORE, version_of
from tests.factories.newer import COLUMN_THEN_INDEX, newer
from tests.tenants.test_templates import picture


def now(*parts: str) -> tuple[Applied, dict[str, list[str]]]:
    """Which migrations these parts have today, and what their tables look like."""
    with scratch_schema() as schema:
        for part in parts:
            replay(part)
        return applied_here(), picture(schema)


def seen(schema: str) -> dict[str, list[str]]:
    with tenant_context(Tenant(schema=schema, operator=True)):
        return picture(schema)


def shapes(one: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without the order in which migrations were noted."""
    return {**one, "migrations": sorted(line.partition(", ")[2] for line in one["migrations"])}


def before(name: str, applied: Applied) -> Applied:
    """Without the migrations of this name and everything that stands on one of them."""
    graph = MigrationLoader(None).graph
    return applied - {later for key in applied if key[1] == name for later in graph.backwards_plan(key)}


def on_disk() -> Applied:
    return frozenset(MigrationLoader(None).disk_migrations)


def test_a_schema_at_todays_migrations_is_todays(stage: Any, db: None) -> None:
    applied, expected = now(CORE, "sfa")
    schema = new_name()
    assert build_schema_at(schema, applied) == (CORE, "sfa")
    assert seen(schema) == expected
    assert sql.one("SELECT count(*) FROM pg_roles WHERE rolname = %s", [schema]) == 1


def test_a_schema_of_an_older_version_is_brought_to_now(stage: Any, db: None) -> None:
    applied, expected = now(CORE, "sfa")
    older = before("0002_faster_lists", applied)
    assert {app for app, _name in applied - older} >= {"kernel", "crm", "sfa"}
    schema = new_name()
    build_schema_at(schema, older)
    assert seen(schema)["indexes"] != expected["indexes"]
    assert upgrade_schema(schema, [CORE, "sfa"]) == {part: version_of(part) for part in (CORE, "sfa")}
    assert shapes(seen(schema)) == shapes(expected)
    assert upgrade_schema(schema, [CORE, "sfa"])  # once more is nothing
    assert shapes(seen(schema)) == shapes(expected)


def test_indexes_without_locking_are_plain_where_nobody_waits(stage: Any, db: None) -> None:
    applied, _today = now(CORE)
    schema = new_name()
    build_schema_at(schema, applied)
    with newer(COLUMN_THEN_INDEX):
        upgrade_schema(schema, [CORE])
        assert "contact_nickname" in str(seen(schema)["indexes"])
        again = new_name()
        build_schema_at(again, applied | {key for key in on_disk() if key[1].endswith("_nickname")})
        assert "contact_nickname" not in str(seen(again)["indexes"])
        upgrade_schema(again, [CORE])
        assert shapes(seen(again)) == shapes(seen(schema))


def test_migrations_of_a_newer_version_are_refused_by_name(stage: Any, db: None) -> None:
    applied, _today = now(CORE)
    schema = new_name()
    with pytest.raises(UnknownMigrations, match=r"crm\.0999_from_the_future"):
        build_schema_at(schema, applied | {("crm", "0999_from_the_future")})
    assert sql.one("SELECT to_regnamespace(%s)", [schema]) is None


def test_a_set_with_a_hole_is_refused(stage: Any, db: None) -> None:
    applied, _today = now(CORE)
    with pytest.raises(UnknownMigrations, match=r"stands on kernel\.0001_initial"):
        build_schema_at(new_name(), applied - {("kernel", "0001_initial")})


def test_an_upgrade_that_fails_leaves_the_schema_as_it_was(stage: Any, db: None) -> None:
    applied, _today = now(CORE)
    schema = new_name()
    build_schema_at(schema, applied)
    with tenant_context(Tenant(schema=schema, operator=True)):
        sql.run("ALTER TABLE crm_contact ADD COLUMN nickname text")
    before = seen(schema)
    with newer(), pytest.raises(Exception, match="nickname"):
        upgrade_schema(schema, [CORE])
    assert seen(schema) == before
