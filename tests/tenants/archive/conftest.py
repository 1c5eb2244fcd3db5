"""A workspace with real commits and awkward values in it, and archives of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from identity.actors import actor_for
from identity.models import User
from kernel.access import Actor
from kernel.context import Tenant
from kernel.jobs import run_job
from kernel.models import Job
from tenants.archive.selectors import Archive, get_archive_for
from tenants.archive.services import start_export
from tests.factories.buckets import own_bucket


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture(params=["folder", "bucket"])
def _wherever_files_lie(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch, _own_files: None
) -> Iterator[None]:
    if request.param == "folder":
        yield
        return
    with own_bucket(settings, monkeypatch):
        yield


@pytest.fixture
def admin(live_tenant: Tenant) -> Actor:
    """Sara, who administers the workspace."""
    with transaction.atomic():
        return actor_for(User.objects.get(email="sara@example.com"), live_tenant)


def finished(job: Job) -> Job:
    assert run_job(job.pk)
    with transaction.atomic():
        job.refresh_from_db()
    return job


@pytest.fixture
def export(admin: Actor) -> Callable[[], Archive]:
    """Makes an archive of the workspace, in this process."""

    def make() -> Archive:
        job = finished(start_export(actor=admin))
        assert (job.state, job.error) == ("done", "")
        with transaction.atomic():
            return get_archive_for(admin, job.pk)

    return make
