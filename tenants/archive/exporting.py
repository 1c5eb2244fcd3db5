"""The job "tenants.export": the whole workspace as one ZIP, as it was at one moment.

A worker that is killed leaves half a file that nobody sees; the next one begins again, since only a fresh snapshot can
be whole.
"""

import json
import time
from datetime import UTC, datetime
from typing import IO, Any, Final

from django.db import connection
from django.utils.translation import override

from kernel import files
from kernel.access import Actor
from kernel.audit import record_act
from kernel.context import public_context
from kernel.jobs import JobRun
from kernel.models import Job
from tenants.archive.connections import snapshot
from tenants.archive.contents import AREAS_LEFT_OUT, exported_tables
from tenants.archive.manifest import Manifest
from tenants.archive.writing import new_archive, write_files, write_manifest, write_table
from tenants.models import Organization
from tenants.selectors import current_organization

#: Archives that people ask for, and the one that is made before a workspace is erased: the sweep leaves it alone.
AREA, FINAL = "archives", "final"
_EVERY: Final = 1.0


def ref_of(job: Job) -> str:
    """Where the archive of this job lies; the job's id is its name."""
    return f"{FINAL if job.payload.get('final') else AREA}/{job.pk}"


class Progress:
    """Tells the job about once a second how far it is; raises Cancelled or LostLease when it is to stop."""

    def __init__(self, run: JobRun, total: int, done: int = 0) -> None:
        self._run, self._total, self._done, self._told = run, total, done, 0.0
        self.add(0)

    def add(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._told >= _EVERY:
            self._told = now
            self._run.progress(self._done, max(self._total, self._done))


def run_export(run: JobRun) -> None:
    with run.step(), connection.cursor() as cursor:
        organization = current_organization()
        tables = [table.name for table in exported_tables(cursor)]
    ref = ref_of(run.job)
    with override(organization.language), files.write(ref) as target:
        with snapshot(tables) as cursor:
            manifest = _write(run, organization, cursor, target)
        size = target.tell()
        with run.step():  # still ours: another worker's file must not be replaced
            run.progress(run.job.done)
    with run.step():
        run.job.result = {"size": size, "rows": manifest.rows, "files": len(manifest.files)}
        run.progress(manifest.rows + len(manifest.files), manifest.rows + len(manifest.files))
        who = Actor(user_id=run.job.created_by_id, label=run.job.created_by_label)
        record_act("exported", actor=who, entity="organization", label=organization.name, changes={
            "archive": [None, str(run.job.pk)], "rows": [None, manifest.rows], "size": [None, size],
        })  # fmt: skip


def _write(run: JobRun, organization: Organization, cursor: Any, target: IO[bytes]) -> Manifest:
    with new_archive(target) as archive:
        manifest = _manifest(run.job, organization, cursor)
        tables = exported_tables(cursor)
        progress = Progress(run, sum(table.rows for table in tables) + sum(1 for _ in files.refs(but=AREAS_LEFT_OUT)))
        for table in tables:
            manifest.tables.append(write_table(archive, cursor, table, progress.add))
            progress.add(0)
        manifest.files.extend(write_files(archive, progress.add))
        write_manifest(archive, manifest)
    return manifest


def _manifest(job: Job, organization: Organization, cursor: Any) -> Manifest:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = [list(row) for row in cursor.fetchall()]
    with public_context():  # of the same moment: a release may be on its way
        cursor.execute("SELECT engines, releases::text FROM tenants_organization WHERE id = %s", [organization.pk])
        engines, releases = cursor.fetchone()
    return Manifest(
        organization={
            "id": str(organization.pk), "name": organization.name, "subdomain": organization.subdomain,
            "language": organization.language, "preferences": organization.preferences,
        },
        engines=sorted(engines), parts=json.loads(releases), migrations=migrations,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"), created_by=job.created_by_label,
    )  # fmt: skip
