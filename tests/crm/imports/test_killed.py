"""A worker killed with SIGKILL in the middle of an import: another goes on, nothing is lost, nothing comes twice."""

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

from crm.imports import services
from crm.models import Account, ImportProblem, ImportRun
from identity.actors import actor_for as build_actor
from identity.models import User
from kernel.context import Tenant
from kernel.jobs import run_job
from kernel.models import AuditEntry, Job
from tests.crm.imports.conftest import begin

ROOT = Path(__file__).resolve().parents[3]
WORKER = """
import os, sys
sys.path[:0] = [sys.argv[1] + "/platform", sys.argv[1]]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django
django.setup()
from crm.imports.run import job as module
from kernel.context import Tenant, tenant_context
from kernel.jobs import run_job
module.BATCH_ROWS, write, batches = 50, module.write_batch, []

def write_and_wait(*args):
    done = write(*args)
    batches.append(done)
    if len(batches) == 3:
        print("in the third batch, not committed", flush=True)
        sys.stdin.read()
    return done

module.write_batch = write_and_wait
with tenant_context(Tenant(schema=sys.argv[2], engines=frozenset({"sfa"}))):
    run_job(sys.argv[3])
"""


def test_another_worker_goes_on(
    live_tenant: Tenant, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILES_ROOT = tmp_path / "var" / "files"
    rows = [["name", "employees"], *[[f"Company {n}", "x" if n % 100 == 7 else str(n)] for n in range(400)]]
    with transaction.atomic():
        actor = build_actor(User.objects.get(email="sara@example.com"), live_tenant)
        run = services.start_import(begin(actor, "account", rows).pk, actor=actor)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(ROOT), live_tenant.schema, str(run.job_id)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_environment(tmp_path / "var")}, text=True,
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdin is not None
    try:
        assert "third batch" in worker.stdout.readline()
    finally:
        worker.kill()
        worker.communicate()
    with transaction.atomic():
        run.refresh_from_db()
        assert (run.state, run.rows, run.made, run.refused, run.checkpoint) == ("running", 100, 99, 1, 101)
        assert Account.objects.count() == 99
        # What the lease's end does after a minute.
        assert run.job_id is not None
        Job.objects.filter(pk=run.job_id).update(leased_until=timezone.now() - timedelta(seconds=1))
    monkeypatch.setattr("crm.imports.run.job.BATCH_ROWS", 50)
    assert run_job(run.job_id)
    with transaction.atomic():
        _check_whole(run)


def _check_whole(run: ImportRun) -> None:
    run.refresh_from_db()
    assert (run.state, run.rows, run.made, run.refused, run.rows_total) == ("done", 400, 396, 4, 400)
    assert Account.objects.count() == Account.objects.values("name").distinct().count() == 396
    assert AuditEntry.objects.filter(batch=run.batch, entity="account", action="created").count() == 396
    assert list(ImportProblem.objects.order_by("row").values_list("row", flat=True)) == [9, 109, 209, 309]


def _environment(var: Path) -> dict[str, str]:
    db = django_settings.DATABASES["default"]
    name = connection.settings_dict["NAME"]
    return {
        "DATABASE_URL": f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{name}",
        "PEYVAND_VAR": str(var),
    }


def test_a_job_that_failed_for_good_ends_its_import(
    tenant: Tenant, sara: Any, actor_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    from crm.imports.selectors import get_run_for

    actor = actor_for(sara)
    run = services.start_import(begin(actor, "account", [["name"], ["x"]]).pk, actor=actor)
    assert run.job_id is not None
    Job.objects.filter(pk=run.job_id).update(state="failed", finished_at=timezone.now())
    assert get_run_for(actor, run.pk).state == "failed"
