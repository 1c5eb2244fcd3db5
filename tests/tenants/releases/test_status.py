"""What the command says of itself, and that looking changes nothing."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants import sql
from tenants.releases import Options, release
from tests.factories.fleet import SIZE, WITH_SALES, Fleet, everybody, fresh, inside
from tests.factories.newer import COLUMN_THEN_INDEX, NICKNAME, newer
from tests.tenants.releases.test_python_steps import FILL

CATALOG = """SELECT count(*), md5(string_agg(concat(oid, relname, relkind, relnatts), ',' ORDER BY oid)) FROM pg_class
             WHERE relnamespace::regnamespace::text !~ '^pg_'"""
ROWS = "SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM public.tenants_organization o"


def looked() -> list[Any]:
    """Everything a release could have touched."""
    mark = "SELECT obj_description(to_regnamespace('ext'), 'pg_namespace')"
    templates = "SELECT md5(string_agg(t::text, ',' ORDER BY part)) FROM public.tenants_schematemplate t"
    runs = "SELECT count(*) FROM public.tenants_releaserun"
    return [sql.rows(query) for query in (CATALOG, ROWS, mark, templates, runs)]


def test_a_dry_run_says_everything_and_changes_nothing(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    before = looked()
    fill = "migrations.RunPython(fill, migrations.RunPython.noop),"
    with newer({**COLUMN_THEN_INDEX, "fill": fill}, head=FILL):
        call_command("release", dry_run=True)
    said = capsys.readouterr().out
    assert looked() == before
    assert f"Workspaces behind: {SIZE}" in said
    assert f"{WITH_SALES} workspaces with core, sfa" in said
    assert f"{SIZE - WITH_SALES} workspaces with core:" in said
    assert 'ALTER TABLE "crm_contact" ADD COLUMN "nickname"' in said
    assert 'CREATE INDEX "contact_nickname" ON "crm_contact" ("nickname")' in said
    assert "Python, in each: fill()" in said
    assert "(accepted: made up by a test)" in said
    assert "Canaries: ship13, ship12, ship11" in said


def test_a_dry_run_where_nothing_is_to_do(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("release", dry_run=True)
    assert capsys.readouterr().out.strip() == "Workspaces behind: 0"


def test_the_status_tells_who_is_where_and_why(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    inside(fresh("ship02"), "ALTER TABLE crm_contact ADD COLUMN nickname text")
    with newer():
        release(Options(only_canaries=True, pauses=()))
        call_command("release", status=True)
        said = capsys.readouterr().out
        assert f"{SIZE}: 3 current, {SIZE - 3} behind, 0 quarantined" in said
        release(Options(pool=0, pauses=()))
        call_command("release", status=True)
    said = capsys.readouterr().out
    assert f"{SIZE}: {SIZE - 1} current, 0 behind, 1 quarantined" in said
    assert f"quarantined ship02 ({fresh('ship02').schema_name})" in said
    assert 'ProgrammingError: column "nickname" of relation "crm_contact" already exists' in said
    assert f"{SIZE - 4} of {SIZE - 3} done, 1 failed" in said


def test_the_command_tells_failures_and_fails_only_where_it_stopped(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    inside(fresh("ship02"), "ALTER TABLE crm_contact ADD COLUMN nickname text")
    with newer():
        call_command("release", pool=0)
        assert "Failed: ship02" in capsys.readouterr().err
        inside(fresh("ship02"), "ALTER TABLE crm_contact DROP COLUMN nickname")
        call_command("release", tenant=["ship02"])
        assert "1 of 1 done" in capsys.readouterr().out
        with pytest.raises(CommandError, match="There is no workspace nobody"):
            call_command("release", tenant=["nobody"])
    with (
        newer(
            {"nickname": NICKNAME, "broken": 'migrations.AddIndex("contact", models.Index(fields=["x"], name="x")),'}
        ),
        pytest.raises(Exception, match="x"),
    ):
        call_command("release", pool=0)
    assert len(everybody()) == SIZE
    connection.close()
