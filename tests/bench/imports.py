"""The import job, file after file as a new user sends them, and a long file. Budget: 5,000 rows/s in bounded memory."""

import csv
import io
import resource
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from crm.imports import services
from crm.models import ImportRun
from identity.actors import actor_for
from kernel.access import Actor
from kernel.context import tenant_context
from kernel.jobs import run_job
from modules.sfa.models import Deal
from tests.bench.measure import Reading, long_watch, progress
from tests.bench.sizes import Size
from tests.factories import make_workspace

_FILES = (("accounts", "account"), ("products", "product"), ("sales_teams", "user"), ("sales_pipeline", "deal"))
_BUDGET = {"budget": 5000}


def run(size: Size) -> Iterator[Reading]:
    organization, admin = make_workspace()
    tenant = organization.as_tenant()
    with tenant_context(tenant):
        with transaction.atomic():
            actor = actor_for(admin, tenant)
        yield from _opportunities(actor)
        yield from _long_file(actor, size.import_rows)


def _opportunities(actor: Actor) -> Iterator[Reading]:
    """8,800 deals with their accounts, products and people, then all of it once more."""
    folder = Path(settings.DATA or "/nowhere") / "crm_opportunities"
    if not folder.is_dir():
        progress("PEYVAND_DATA does not name the folder with crm_opportunities: the real files are left out.")
        return
    rows, seconds = 0, 0.0
    for name, entity in _FILES:
        done, reading = _measured(actor, name, entity, [(folder / f"{name}.csv").read_bytes()])
        rows, seconds = rows + done.rows, seconds + done.rows / reading.value
        yield reading
    yield Reading("import", "all_files", rows / seconds, "rows/s", rows, _BUDGET)
    with transaction.atomic():
        won = Deal.objects.filter(kind="won")
        found = (won.count(), won.aggregate(sum=Sum("amount"))["sum"])
    if found != (4238, Decimal(10_005_534)):
        raise AssertionError(f"Won deals: {found}")
    done, reading = _measured(actor, "sales_pipeline_again", "deal", [(folder / "sales_pipeline.csv").read_bytes()])
    if (done.unchanged, done.rows) != (8800, 8800):
        raise AssertionError(f"{done.unchanged} of {done.rows} rows unchanged")
    yield reading


def _long_file(actor: Actor, rows: int) -> Iterator[Reading]:
    _forget_peak()
    before = _peak()
    _done, reading = _measured(actor, "long_file_accounts", "account", _account_file(rows), made=rows)
    yield reading
    context = {"before_mb": round(before), "rows": rows}
    yield Reading("import", "long_file_peak_rss", _peak(), "MB", 1, context)


def _account_file(rows: int) -> Iterator[bytes]:
    cities = ("Tehran", "Isfahan", "Oslo", "شیراز", "تبریز", "Hamburg")
    head = ["name", "sector", "city", "phone", "email", "employees", "revenue", "year_established"]
    for start in range(0, rows, 1000):
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([head] if start == 0 else [])
        writer.writerows(
            (f"Company {n:06d} of {cities[n % 6]}", f"Sector {n % 40}", cities[n % 6], f"+98212{n:07d}",
             f"info@company{n}.example", n % 5000, f"{n * 7}.50", 1900 + n % 120)
            for n in range(start, min(start + 1000, rows))
        )  # fmt: skip
        yield text.getvalue().encode()


def _measured(
    actor: Actor, metric: str, entity: str, chunks: Iterable[bytes], made: int | None = None
) -> tuple[Any, Reading]:
    """Upload and choose as proposed, then time the job alone: what a worker does."""
    progress(metric)
    with transaction.atomic():
        run = services.import_file(actor=actor, entity=entity, filename=f"{metric}.csv", chunks=chunks)
    with long_watch() as watch:
        assert run.job_id is not None
        run_job(run.job_id)
    with transaction.atomic():
        run = ImportRun.objects.get(pk=run.pk)
    if run.state != ImportRun.State.DONE or run.refused or (made is not None and run.made != made):
        raise AssertionError(f"{metric}: {run.state} {run.problem}, {run.made} made, {run.refused} refused")
    context = {**_BUDGET, **watch.told()}
    return run, Reading("import", metric, run.rows / watch.seconds, "rows/s", run.rows, context)


def _forget_peak() -> None:
    """Linux can begin the peak anew; elsewhere it is the whole process's."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        progress("The peak of memory is the whole process's here.")


def _peak() -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used / 1024 / (1024 if sys.platform == "darwin" else 1)
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
