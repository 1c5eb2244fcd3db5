"""A release over a fleet: everybody current, nobody half, and the tables are those of a fresh workspace."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.context import Tenant, public_context, tenant_context
from kernel.registry import registry
from tenants import roles, sql, tasks, templates
from tenants.migrating import migrate_here, scratch_schema
from tenants.models import ReleaseRun, SchemaTemplate, SpareSchema
from tenants.pool import refill_pool
from tenants.releases import Options, behind, is_prepared, late, release
from tenants.templates import replay
from tenants.versions import CORE, labels_of_part, parts, version_of
from tests.factories import make_workspace
from tests.factories.fleet import SIZE, Fleet, everybody, fresh, has_nickname, inside
from tests.factories.newer import COLUMN_AND_INDEX, COLUMN_THEN_INDEX, newer
from tests.tenants.test_templates import picture

NOW = Options(pool=0, pauses=())


@pytest.mark.parametrize("added", [COLUMN_AND_INDEX, COLUMN_THEN_INDEX], ids=["together", "index without locking"])
def test_everybody_gets_the_tables_of_a_fresh_workspace(fleet: Fleet, added: dict[str, str]) -> None:
    with newer(added):
        assert len(behind()) == SIZE
        report = release(NOW)
        assert (report.total, report.done, report.failed, report.busy) == (SIZE, SIZE, [], [])
        assert behind() == []
        assert is_prepared()
        with scratch_schema() as schema:
            replay(CORE)
            replay("sfa")
            expected = picture(schema)
        for subdomain in ("ship00", "ship04", "ship08"):
            assert of(fresh(subdomain)) == notes_sorted(expected)
        assert all(has_nickname(one) == (True, True, True) for one in everybody())
        run = ReleaseRun.objects.get()
        assert (run.total, run.done, run.failed, run.stopped) == (SIZE, SIZE, 0, "")
        assert run.finished_at is not None


def test_a_template_goes_on_from_the_one_before_and_is_as_if_recorded_anew(fleet: Fleet) -> None:
    with public_context():
        before = {one.part: one for one in SchemaTemplate.objects.all()}
    with newer():
        assert set(templates.build_stale()) == set(parts())
        with public_context():
            now = {one.part: one for one in SchemaTemplate.objects.all()}
        core, old = now[CORE], before[CORE]
        assert core.sql.startswith(old.sql)
        assert "nickname" in core.sql.removeprefix(old.sql)
        assert now["sfa"].sql == before["sfa"].sql  # stands on another core, and has no migration more
        for kept, text in ((core.migrations, core.sql), (core.former_migrations, old.sql)):
            assert templates.known_text(CORE, frozenset(named(kept))) == text
        assert templates.known_text(CORE, frozenset(named(core.migrations)[1:])) == ""
        with scratch_schema() as schema:
            migrate_here(frozenset().union(*(labels_of_part(part) for part in parts())))
            expected = notes_sorted(picture(schema))
        with scratch_schema() as schema:
            for part in parts():
                replay(part)
            assert notes_sorted(picture(schema)) == expected


def named(migrations: Iterable[str]) -> list[tuple[str, str]]:
    return [(app, name) for app, _, name in (key.partition(".") for key in migrations)]


def test_a_template_whose_migrations_changed_is_recorded_anew(fleet: Fleet) -> None:
    with public_context():
        core = SchemaTemplate.objects.get(part=CORE)
        first = min(core.migrations)
        SchemaTemplate.objects.filter(part=CORE).update(
            version="old", sql="SELECT 1;", migrations={**core.migrations, first: "another text"}
        )
    assert templates.build_stale() == (CORE,)
    moment = re.compile(r"'[^']+'::timestamptz")  # when each migration was noted
    assert moment.sub("", templates.template_of(CORE).sql) == moment.sub("", core.sql)


def of(organization: Any) -> dict[str, list[str]]:
    with tenant_context(Tenant(schema=organization.schema_name, operator=True)), transaction.atomic():
        return notes_sorted(picture(organization.schema_name))


def notes_sorted(one: dict[str, list[str]]) -> dict[str, list[str]]:
    return {**one, "migrations": sorted(line.partition(", ")[2] for line in one["migrations"])}


def test_rows_are_kept_and_the_old_code_reads_and_writes_on(fleet: Fleet) -> None:
    contact: Any = registry.entity("contact").model_class
    with newer():
        release(NOW)
    one = fresh("ship03")
    with tenant_context(one.as_tenant()), transaction.atomic():
        assert {str(sailor.last_name) for sailor in contact.objects.all()} == {"of 3"}
        contact.objects.create(first_name="Old", last_name="Code")
    assert inside(one, "SELECT count(*), count(nickname) FROM crm_contact") == [(4, 4)]


def test_where_nobody_is_behind_a_release_is_one_query(fleet: Fleet) -> None:
    with CaptureQueriesContext(connection) as queries:
        report = release(Options(pool=0))
    assert len(queries) == 1
    assert report.total == 0
    assert ReleaseRun.objects.count() == 0


def test_spare_schemas_of_the_older_version_are_replaced(fleet: Fleet) -> None:
    refill_pool(1)
    with public_context():
        old = set(SpareSchema.objects.values_list("schema_name", flat=True))
    assert old
    with newer():
        release(Options(pool=2))
        with public_context():
            spare = list(SpareSchema.objects.all())
        assert {one.version for one in spare} == {version_of(CORE)}
    assert len(spare) == 2
    assert not old & {one.schema_name for one in spare}


def test_people_sign_up_while_the_old_code_still_serves(fleet: Fleet) -> None:
    """The templates are of the newer version by now, and the old code's spare schemas may be gone."""
    with newer():
        release(NOW)
    assert not is_prepared()
    organization, _admin = make_workspace("late")
    assert has_nickname(organization) == (False, False, False)
    refill_pool(1)
    with newer():
        assert [one.subdomain for one in behind()] == ["late"]
        assert SpareSchema.objects.exclude(version=version_of(CORE)).count() == 1
        assert release(NOW).done == 1
        assert has_nickname(fresh("late")) == (True, True, True)
        assert not SpareSchema.objects.exclude(version=version_of(CORE)).exists()


def test_who_signed_up_with_the_old_code_is_taken_along_by_a_worker(fleet: Fleet) -> None:
    make_workspace("early")
    assert tasks.release_late() == 0
    with newer():
        assert tasks.release_late() == 0, "before the release itself nobody is late"
        assert release(NOW).done == SIZE + 1
    for name in ("late", "broken"):
        make_workspace(name)
    assert tasks.release_late() == 0, "for the old code nobody is late"
    broken = fresh("broken")
    broken.quarantined_at = timezone.now()
    broken.save()
    with newer():
        assert late() == ("late",)
        assert tasks.release_late() == 1
        assert has_nickname(fresh("late")) == (True, True, True)
        assert has_nickname(broken) == (False, False, False)
        assert tasks.release_late() == 0


def test_connections_side_by_side_do_the_same(fleet: Fleet) -> None:
    with newer():
        report = release(Options(pool=0, parallel=3, batch=2, pauses=()))
        assert (report.done, report.failed, report.busy) == (SIZE, [], [])
        assert all(has_nickname(one) == (True, True, True) for one in everybody())


def test_a_workspace_that_is_erased_or_left_behind_is_not_touched(fleet: Fleet) -> None:
    gone = fresh("ship05")
    gone.state = gone.State.ERASED
    gone.save()
    with newer():
        assert release(NOW).total == SIZE - 1
    assert has_nickname(gone) == (False, False, False)


def test_a_role_that_is_missing_comes_back(fleet: Fleet) -> None:
    """As after a dump was played into another server."""
    one = fresh("ship02")
    # The original of the copy holds on to the role; a name of nobody's stands for a schema without one.
    sql.run(f'ALTER SCHEMA "{one.schema_name}" RENAME TO "t_without_role"')
    one.schema_name = "t_without_role"
    one.save()
    try:
        assert roles.schemas_without_role() == ["t_without_role"]
        release(NOW)
        assert roles.schemas_without_role() == []
        with tenant_context(one.as_tenant()), transaction.atomic():
            assert sql.one("SELECT count(*) FROM crm_contact") == 3
    finally:
        sql.drop_schema("t_without_role")
        roles.drop_role("t_without_role")
