"""What is in an archive, and that it is whole."""

import csv
import hashlib
import json
from collections.abc import Callable
from io import TextIOWrapper
from zipfile import ZipFile

import pytest
from django.db import OperationalError, transaction

from kernel import files
from kernel.access import Actor
from kernel.context import Tenant, operator_context, public_context
from kernel.jobs import run_due
from kernel.models import AuditEntry
from kernel.records import create_record
from tenants import sql
from tenants.archive import make_final
from tenants.archive.connections import snapshot
from tenants.archive.contents import _TABLES, LEFT_OUT
from tenants.archive.manifest import is_ours
from tenants.archive.selectors import Archive, archives_for
from tenants.archive.services import start_export
from tenants.models import Organization

Export = Callable[[], Archive]


def _rows(archive: ZipFile, table: str) -> list[dict[str, str]]:
    with archive.open(f"data/{table}.csv") as raw:
        return list(csv.DictReader(TextIOWrapper(raw, "utf-8", newline="")))


def test_every_table_and_every_file_is_in_it(live_tenant: Tenant, admin: Actor, export: Export) -> None:
    with transaction.atomic():
        create_record("account", values={"name": 'a,\n"b"\tپیوند 🙂', "description": ""}, actor=admin)
        ref = files.save("imports", [b"name\n", b"x\n"])
        files.save("restores", [b"not this"])
        found = sql.rows("SELECT tablename FROM pg_tables WHERE schemaname = %s", [live_tenant.schema])
    made = export()
    assert made.path is not None
    assert made.size == made.path.stat().st_size
    with ZipFile(made.path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert is_ours(manifest)
        assert {part["table"] for part in manifest["tables"]} == {name for (name,) in found} - set(LEFT_OUT)
        assert [part["ref"] for part in manifest["files"]] == [ref]
        parts = [*manifest["tables"], *manifest["files"]]
        assert {part["file"] for part in parts} | {"manifest.json", "README.txt"} == set(archive.namelist())
        for part in parts:
            body = archive.read(part["file"])
            assert (len(body), hashlib.sha256(body).hexdigest()) == (part["size"], part["sha256"])
        assert "Live" in archive.read("README.txt").decode()
        accounts = _rows(archive, "crm_account")
        assert [row["name"] for row in accounts] == ['a,\n"b"\tپیوند 🙂']
        assert "search_text" not in accounts[0]
        assert all(len(_rows(archive, p["table"])) == p["rows"] for p in manifest["tables"])
        assert {row["password"] for row in _rows(archive, "identity_user")} == {"!"}


def test_it_is_written_into_the_audit(live_tenant: Tenant, admin: Actor, export: Export) -> None:
    made = export()
    with transaction.atomic():
        entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor_id, entry.changes["archive"]) == (admin.user_id, [None, str(made.job.pk)])


def test_looking_for_tables_reads_no_catalogue_as_a_whole(live_tenant: Tenant) -> None:
    """What it costs must not depend on how many other workspaces there are."""
    with transaction.atomic(), snapshot() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_TABLES}", [f'"{live_tenant.schema}"'])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "pg_depend_reference_index" in plan


def test_the_final_archive_is_made_once_and_kept(live_tenant: Tenant, admin: Actor) -> None:
    with public_context():
        organization = Organization.objects.get(pk=live_tenant.id)
    assert not make_final(organization)
    assert not make_final(organization)
    assert run_due() == 1
    assert make_final(organization)
    with transaction.atomic():
        (ref,) = files.refs()
        assert ref.startswith("final/")
        (made,) = archives_for(admin)
    assert made.path is not None
    assert run_due() == 0


def test_a_second_wish_is_the_first(live_tenant: Tenant, admin: Actor) -> None:
    with transaction.atomic():
        assert start_export(actor=admin).pk == start_export(actor=admin).pk


def test_a_release_waits_for_the_export_and_writing_does_not(live_tenant: Tenant, admin: Actor) -> None:
    with snapshot(["crm_account"]) as cursor:
        with transaction.atomic():
            create_record("account", values={"name": "meanwhile"}, actor=admin)
        with operator_context(), transaction.atomic(), pytest.raises(OperationalError, match="lock timeout"):
            sql.run("SET LOCAL lock_timeout = '100ms'; ALTER TABLE crm_account ADD COLUMN later text")
        with transaction.atomic():
            assert sql.one("SELECT count(*) FROM crm_account") == 1
        cursor.execute("SELECT count(*) FROM crm_account")
        assert cursor.fetchone() == (0,)
