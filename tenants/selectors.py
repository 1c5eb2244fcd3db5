"""Reading across workspaces: set-based, a few statements for all of them."""

import logging
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import ProgrammingError, transaction

from kernel.context import public_context, require_tenant
from kernel.registry import registry
from tenants import sql, waiting
from tenants.models import Organization
from tenants.states import states_where
from tenants.versions import CORE, version_of

log = logging.getLogger(__name__)
_CHUNK = 200
#: Seconds that lines of the audit wait for others to be sealed with.
_SEALED_AFTER = 15


def current_organization() -> Organization:
    """The organization whose workspace is bound."""
    tenant = require_tenant()
    with public_context():
        found: Organization = Organization.objects.get(pk=tenant.id)
    return found


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]


def _of_every_schema(
    select: str, *params: Any, states: list[str] | None = None, among: Collection[str] | None = None
) -> list[tuple[Any, ...]]:
    """One SELECT over many schemas, or these; `{name}` and `{schema}` stand for its name as text and as identifier."""
    found: list[tuple[Any, ...]] = []
    with public_context():
        wanted = (
            Organization.objects.filter(state__in=states) if states else Organization.objects.exclude(state="erased")
        )
        if among is not None:
            wanted = wanted.filter(schema_name__in=list(among))
        # Of a quarantined one nobody knows which tables it has.
        names = list(wanted.filter(quarantined_at=None).values_list("schema_name", flat=True))
        for chunk in _chunks(names):
            found += _of_these(select, chunk, params)
    return found


def _of_these(select: str, names: list[str], params: Collection[Any]) -> list[tuple[Any, ...]]:
    """All in one statement; where one of them is broken, each by itself, so that it stops nobody else."""
    parts = [select.format(name=f"'{name}'", schema=sql.quoted(name)) for name in names]
    try:
        with transaction.atomic():
            return sql.rows(" UNION ALL ".join(parts), [*params] * len(names) or None)
    except ProgrammingError as error:
        if len(names) == 1:
            log.error("Nothing can be read in %s: %s", names[0], error)
            return []
    return [row for name in names for row in _of_these(select, [name], params)]


def schemas_with_work() -> list[str]:
    """Workspaces in which an event waits for its receivers or a job for a worker, now, and may go on: of those that
    are noted or in turn.
    """
    notes = waiting.noted()
    among = {*notes, *waiting.turn_of()}
    unsealed = _unsealed(among=among)
    due = sorted({*_due(among=among), *(schema for schema, waits in unsealed.items() if waits)})
    waiting.settle(notes, idle=_idle(among=notes.keys() - {*due, *unsealed}))
    return due


def _unsealed(*, among: Collection[str]) -> dict[str, bool]:
    """Where lines of the audit are in no seal yet, and whether they have waited long enough.

    Only of workspaces whose tables are of today: those that a release has not reached yet may have no seals.
    """
    with public_context():
        today = Organization.objects.filter(schema_name__in=list(among), **{f"releases__{CORE}": version_of(CORE)})
        known = list(today.values_list("schema_name", flat=True))
    rows = _of_every_schema(
        "SELECT {name}, min(at) < clock_timestamp() - %s * interval '1 second' FROM ("
        " SELECT at FROM {schema}.kernel_audit WHERE id > COALESCE("
        " (SELECT last_id FROM {schema}.kernel_audit_seal ORDER BY last_id DESC LIMIT 1), %s) ORDER BY id LIMIT 1) a"
        " HAVING count(*) > 0",
        _SEALED_AFTER, UUID(int=0), among=known,
    )  # fmt: skip
    return dict(rows)


def _due(*, among: Collection[str]) -> list[str]:
    event = """EXISTS (
        SELECT 1 FROM {schema}.kernel_outbox WHERE state = 'waiting' AND next_at <= clock_timestamp()
          AND (leased_until IS NULL OR leased_until < clock_timestamp()))"""
    job = """EXISTS (
        SELECT 1 FROM {schema}.kernel_job WHERE ((state = 'waiting' AND next_at <= clock_timestamp())
          OR (state = 'running' AND leased_until < clock_timestamp()))"""
    both = f"SELECT {{name}} WHERE {event} OR {job})"
    rows = _of_every_schema(both, states=states_where(jobs="all"), among=among)
    if reading := sorted(registry.reading_jobs()):
        only = f"SELECT {{name}} WHERE {job} AND kind = ANY(%s))"
        rows += _of_every_schema(only, reading, states=states_where(jobs="reading"), among=among)
    return [row[0] for row in rows]


def _idle(*, among: Collection[str]) -> list[str]:
    """Where nothing is due and nothing will be: no event waits for its next try, no job runs."""
    select = """
        SELECT {name} WHERE NOT EXISTS (SELECT 1 FROM {schema}.kernel_outbox WHERE state = 'waiting')
          AND NOT EXISTS (SELECT 1 FROM {schema}.kernel_job WHERE state IN ('waiting', 'running'))"""
    rows = _of_every_schema(select, among=among)
    return [row[0] for row in rows]


def health_of_every_schema() -> dict[str, dict[str, int]]:
    """Dead letters, waiting events, failed and open jobs by schema, for the console."""
    rows = _of_every_schema("""
        SELECT {name},
          (SELECT count(*) FROM {schema}.kernel_outbox WHERE state = 'dead'),
          (SELECT count(*) FROM {schema}.kernel_outbox WHERE state = 'waiting'),
          (SELECT count(*) FROM {schema}.kernel_job WHERE state = 'failed'),
          (SELECT count(*) FROM {schema}.kernel_job WHERE state IN ('waiting', 'running'))""")
    keys = ("dead", "waiting", "failed", "open")
    return {row[0]: dict(zip(keys, row[1:], strict=True)) for row in rows}


def workspaces_of(email: str) -> list[Organization]:
    """Workspaces in which somebody may sign in with this address. For letters only: a page must not tell."""
    rows = _of_every_schema(
        "SELECT {name} WHERE EXISTS (SELECT 1 FROM {schema}.identity_user"
        " WHERE lower(email) = lower(%s) AND state = 'active' AND deleted_at IS NULL)",
        email,
    )
    with public_context():
        return list(Organization.objects.filter(schema_name__in=[row[0] for row in rows]).order_by("name"))


def organizations_with_policy() -> list[Organization]:
    """Open workspaces that have decided about their audit."""
    with public_context():
        decided = Organization.objects.filter(preferences__has_key="audit", quarantined_at=None)
        return list(decided.filter(state__in=states_where(jobs="all")))
