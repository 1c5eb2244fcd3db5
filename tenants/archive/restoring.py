"""The job "tenants.restore": an archive becomes the workspace.

A new schema is filled beside the present one, which nobody touches; then, in one transaction, the organization points
to the new one. Killed or stopped before that moment, everything is as it was, and what was half filled is removed by
the next attempt, or by the sweep of retired schemas.
"""

from dataclasses import replace
from zipfile import ZipFile

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from identity.models import User
from kernel.access import Actor
from kernel.audit import record_act
from kernel.context import require_tenant, tenant_context
from kernel.errors import Invalid, KernelError
from kernel.events import publish
from kernel.jobs import JobRun, LostLease
from kernel.models import Job
from kernel.preferences import locale_of
from tenants import sql
from tenants.archive.building import announce, build_schema, discard, upgrade
from tenants.archive.checking import check_archive, opened
from tenants.archive.connections import writer
from tenants.archive.exporting import Progress
from tenants.archive.fitting import check_fits
from tenants.archive.leases import lease_kept
from tenants.archive.loading import empty_tables, load_files, load_tables
from tenants.archive.manifest import Manifest
from tenants.archive.selectors import archive_at
from tenants.archive.swapping import swap
from tenants.pool import new_name
from tenants.selectors import current_organization


def run_restore(run: JobRun) -> None:
    try:
        _restore(run)
    except LostLease:
        raise  # the worker that has the job now cleans up
    except BaseException as error:
        _clean_up(run)
        if isinstance(error, Invalid):  # say the reason itself, in the words of whoever waits for it
            with override(_language(run)):
                raise KernelError(" ".join(str(p) for found in error.problems.values() for p in found)) from None
        raise


def _restore(run: JobRun) -> None:
    if left := run.data.get("schema"):
        discard(left)
    path = archive_at(run.payload["ref"])
    with run.step():
        manifest = check_archive(path, contents=False)
        check_fits(manifest)
        organization = current_organization()
        schema = new_name()
        run.progress(0, manifest.rows + len(manifest.files), schema=schema, phase="rows")
    announce(schema, organization)
    with opened(path) as archive, lease_kept(run):
        build_schema(schema, manifest)
        again = _fill(run, archive, manifest, schema)
        run.progress(run.job.done, phase="indexes")
        _put_on(run, schema, again)
        releases = upgrade(schema, manifest.parts)
    _swap(run, manifest, schema, releases)


def _fill(run: JobRun, archive: ZipFile, manifest: Manifest, schema: str) -> list[str]:
    """On a connection bound to the new schema; progress goes to the job in the old one. What is left to put on."""
    home = require_tenant()
    progress = Progress(run, manifest.rows + len(manifest.files))

    def tell(count: int) -> None:
        with tenant_context(home):
            progress.add(count)

    with tenant_context(replace(home, schema=schema, operator=True)), writer() as begin:
        with begin() as cursor:
            again = empty_tables(cursor)
        load_tables(begin, archive, manifest, tell)
        load_files(archive, manifest, tell)
    return again


def _put_on(run: JobRun, schema: str, again: list[str]) -> None:
    """Indexes, then foreign keys, each of which is checked for every row by that."""
    home, progress = require_tenant(), Progress(run, run.job.total or 0, run.job.done)
    for statement in again:
        progress.add(0)  # notices when it is to stop
        with tenant_context(replace(home, schema=schema, operator=True)), transaction.atomic():
            sql.run(statement)


def _swap(run: JobRun, manifest: Manifest, schema: str, releases: dict[str, str]) -> None:
    """Everything up to here can be thrown away; after this transaction it is the workspace."""
    home = require_tenant()
    who = Actor(user_id=run.job.created_by_id, label=run.job.created_by_label)
    habits = {name: manifest.organization[name] for name in ("language", "preferences")}
    with run.step():
        run.progress(manifest.rows + len(manifest.files), phase="done")
        run.job.result = {"rows": manifest.rows, "files": len(manifest.files), "retired": home.schema}
        actor = swap(schema, releases=releases, engines=manifest.engines, habits=habits, actor=who)
        with tenant_context(replace(home, schema=schema)):
            _note_as_done(run.job)
            publish("tenants.workspace_restored", {"schema": schema})
            record_act("restored", actor=actor, entity="organization", label=home.name, changes={
                "archive": [None, manifest.created_at], "of": [None, manifest.organization["name"]],
                "rows": [None, manifest.rows], "schema": [home.schema, schema],
            })  # fmt: skip


def _note_as_done(job: Job) -> None:
    """Whoever waits on the page of the restore finds it in the new schema now."""
    values = {field.attname: getattr(job, field.attname) for field in Job._meta.concrete_fields}
    ended = {"state": Job.State.DONE, "finished_at": timezone.now(), "leased_until": None}
    Job.objects.bulk_create([Job(**{**values, **ended})], ignore_conflicts=True)


def _clean_up(run: JobRun) -> None:
    """Unless another worker has taken over: then it does, and may be filling its own by now."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=run.job.pk, state=Job.State.RUNNING, attempts=run.job.attempts).exists()
    if mine and (schema := run.data.get("schema")):
        discard(schema)


def _language(run: JobRun) -> str:
    with transaction.atomic():
        person = User.objects.filter(pk=run.job.created_by_id).first()
    return str(locale_of(require_tenant(), person).language)
