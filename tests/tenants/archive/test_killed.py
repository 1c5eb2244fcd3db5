"""A worker killed with SIGKILL in the middle: nothing half made is seen, and the next one does the whole."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from crm.models import Account
from kernel import files
from kernel.access import Actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.jobs import run_job
from kernel.models import Job
from kernel.records import create_record
from tenants import sql
from tenants.archive.selectors import Archive, archives_for
from tenants.archive.services import keep_upload, start_export, start_restore
from tenants.models import RetiredSchema
from tests.tenants.archive.whole import rows_of, tenant_now

ROOT = Path(__file__).resolve().parents[3]
WORKER = """
import os, sys
sys.path[:0] = [sys.argv[1] + "/platform", sys.argv[1]]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django
django.setup()
from importlib import import_module
from kernel.jobs import run_job
from tenants.celery import tenant_of
from kernel.context import tenant_context
module, name = import_module(sys.argv[4]), sys.argv[5]
work = getattr(module, name)

def work_and_wait(*args):
    done = work(*args)
    print("in the middle", flush=True)
    sys.stdin.read()
    return done

setattr(module, name, work_and_wait)
with tenant_context(tenant_of(sys.argv[2])):
    run_job(sys.argv[3])
"""


@pytest.fixture(autouse=True)
def _files_of_the_worker(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "var" / "files"


def kill_in(where: str, name: str, job: Job, tenant: Tenant, var: Path) -> None:
    """Have a worker do the job until this function has returned for the first time, and kill it there."""
    db = django_settings.DATABASES["default"]
    url = f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{connection.settings_dict['NAME']}"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(ROOT), tenant.schema, str(job.pk), where, name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "DATABASE_URL": url, "PEYVAND_VAR": str(var)},
    )  # fmt: skip
    assert worker.stdout is not None
    try:
        assert "middle" in worker.stdout.readline()
    finally:
        worker.kill()
        worker.communicate()
    with transaction.atomic():
        # What the lease's end does after a minute.
        assert Job.objects.filter(pk=job.pk, state="running").update(leased_until=timezone.now() - timedelta(seconds=1))


def test_an_export(live_tenant: Tenant, admin: Actor, tmp_path: Path) -> None:
    with transaction.atomic():
        job = start_export(actor=admin)
    kill_in("tenants.archive.exporting", "write_table", job, live_tenant, tmp_path / "var")
    folder = tmp_path / "var" / "files" / live_tenant.schema / "archives"
    assert len(list(folder.iterdir())) == 1
    with transaction.atomic():
        assert [one.path for one in archives_for(admin)] == [None]
        assert list(files.refs()) == []
    assert run_job(job.pk)
    assert [path.name for path in folder.iterdir()] == [str(job.pk)]


@pytest.mark.parametrize("name", ["build_schema", "load_tables", "load_files", "upgrade"])
def test_a_restore(name: str, live_tenant: Tenant, admin: Actor, export: Callable[[], Archive], tmp_path: Path) -> None:
    with transaction.atomic():
        create_record("account", values={"name": "kept"}, actor=admin)
        files.save("imports", [b"x"])
    made = export()
    assert made.path is not None
    with transaction.atomic():
        Account.objects.update(name="spoilt")
    before = rows_of(live_tenant)
    with transaction.atomic():
        job = start_restore(
            actor=admin, archive=keep_upload(actor=admin, chunks=[made.path.read_bytes()]), typed="live"
        )
    kill_in("tenants.archive.restoring", name, job, live_tenant, tmp_path / "var")
    assert tenant_now(live_tenant).schema == live_tenant.schema
    assert rows_of(live_tenant) == before
    with public_context(), transaction.atomic():
        left = RetiredSchema.objects.get()
        assert (left.organization_id, left.releases) == (live_tenant.id, {})
    assert run_job(job.pk)
    now = tenant_now(live_tenant)
    with tenant_context(now), transaction.atomic():
        assert Account.objects.get().name == "kept"
    with public_context(), transaction.atomic():
        assert not sql.rows("SELECT 1 FROM pg_namespace WHERE nspname = %s", [left.schema_name])
        assert RetiredSchema.objects.get().schema_name == live_tenant.schema
    assert not (tmp_path / "var" / "files" / left.schema_name).exists()
