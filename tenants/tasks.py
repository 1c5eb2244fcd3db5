"""What workers do: wake what a commit left behind, sweep for what was missed, keep the pool filled."""

import logging
from collections.abc import Callable
from functools import partial

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from kernel import files, jobs, outbox, sealing
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from tenants import erasure, health, lifecycle, pool, reaper, releases
from tenants.audit.removal import start_removal
from tenants.celery import WorkspaceTask
from tenants.models import Organization
from tenants.selectors import organizations_with_policy, schemas_with_work

log = logging.getLogger(__name__)


@shared_task(base=WorkspaceTask, name="tenants.tasks.wake")
def wake(what: str, key: str = "") -> None:
    """One workspace's outbox, or one job of it."""
    if what == "outbox":
        outbox.relay()
    elif what == "job":
        jobs.run_job(key)


@shared_task(base=WorkspaceTask, name="tenants.tasks.catch_up")
def catch_up() -> None:
    """Everything that is due in one workspace."""
    outbox.relay()
    jobs.run_due()
    sealing.seal_lines()


@shared_task(base=WorkspaceTask, name="tenants.tasks.sweep", public=True)
def sweep() -> int:
    """Find workspaces whose outbox or jobs are due, whatever became of the hints; how many. The provider's own audit,
    where operators' acts stand, is sealed here: nobody else comes by."""
    health.beat()
    sealing.seal_lines()
    schemas = schemas_with_work()
    for schema in schemas:
        with tenant_context(Tenant(schema=schema)):
            catch_up.delay()
    return len(schemas)


@shared_task(base=WorkspaceTask, name="tenants.tasks.refill_pool", public=True)
def refill_pool() -> int:
    return pool.refill_pool()


@shared_task(base=WorkspaceTask, name="tenants.tasks.lives", public=True)
def lives() -> int:
    """What time brings about: moves that are due, final archives, erasures. One that fails stops no other."""
    actor, done = system_actor("lifecycle"), 0
    for organization, to, reason in lifecycle.due_moves():
        done += _try(partial(lifecycle.move, organization, to, reason=reason, actor=actor), organization)
    for organization in lifecycle.due_archives():
        done += _try(partial(lifecycle.finish_archive, organization, actor=actor), organization)
    for organization in erasure.due_erasures():
        done += _try(partial(erasure.erase, organization, actor=actor), organization)
    return done


def _try(act: Callable[[], object], organization: Organization) -> bool:
    """Whether something was done."""
    try:
        return act() is not False
    except Exception:  # kept in the log; the next hour tries again
        log.exception("The life of %s did not go on", organization.pk)
        return False


@shared_task(base=WorkspaceTask, name="tenants.tasks.reap", public=True)
def reap() -> int:
    return len(reaper.reap())


@shared_task(base=WorkspaceTask, name="tenants.tasks.sweep_files", public=True)
def sweep_files() -> int:
    """Remove archives and uploads that have had their time, in every workspace; how many."""
    return files.sweep(settings.FILES_KEPT_DAYS)


@shared_task(base=WorkspaceTask, name="tenants.tasks.keep_audits", public=True)
def keep_audits() -> int:
    """Start the removal of what audits no longer keep, where a policy says so; in how many workspaces."""
    done = 0
    for organization in organizations_with_policy():
        with tenant_context(organization.as_tenant()):
            done += _try(start_removal, organization)
    return done


@shared_task(base=WorkspaceTask, name="tenants.tasks.release_one", public=True)
def release_one(subdomain: str) -> int:
    """Try the release of one workspace once more, as the console asks. What becomes of it is in its run."""
    return releases.release(releases.Options(tenants=(subdomain,))).done


@shared_task(base=WorkspaceTask, name="tenants.tasks.release_late", public=True)
def release_late() -> int:
    """Take along whom the last release could not: nobody has to run it once more. Who is locked has the next turn."""
    late = releases.late()
    return releases.release(releases.Options(tenants=late, pauses=())).done if late else 0


def send_wake(what: str, schema: str, key: str) -> None:
    """kernel.wake's way to a worker. A broker that is away loses a hint, and the sweep finds the row."""
    try:
        with tenant_context(Tenant(schema=schema)):
            wake.apply_async((what, key), retry=False)
    except OperationalError:
        log.warning("The broker is away; %s of %s waits for the sweep.", what, schema)
