"""What `manage.py release --status` and `--dry-run` say, and the console's page draws. It only looks."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from kernel.context import public_context
from tenants.models import Organization, ReleaseRun, SchemaTemplate
from tenants.releases.plans import Index, Plan, Python, make_plan
from tenants.releases.state import behind_query, prepared_version, release_version
from tenants.releases.targets import Target, canaries_among, grouped, targets_behind, with_big
from tenants.router import public_labels
from tenants.versions import parts, version_of

_RUNS = 8


@dataclass(frozen=True)
class Status:
    code: str
    database: str
    total: int
    #: Behind, quarantined ones not counted among them.
    behind: int
    quarantined: list[Organization]
    runs: list[ReleaseRun]

    @property
    def current(self) -> int:
        return self.total - self.behind - len(self.quarantined)


def status() -> Status:
    with public_context():
        alive = Organization.objects.exclude(state=Organization.State.ERASED)
        return Status(
            code=release_version(), database=prepared_version(), total=alive.count(),
            behind=behind_query().filter(quarantined_at=None).count(),
            quarantined=list(alive.exclude(quarantined_at=None).order_by("quarantined_at")),
            runs=list(ReleaseRun.objects.order_by("-started_at")[:_RUNS]),
        )  # fmt: skip


def told(now: Status) -> Iterator[str]:
    yield f"Release of the code      {now.code}"
    yield f"Release of the database  {now.database or 'none'}"
    yield f"Workspaces               {now.total}: {now.current} current, {now.behind} behind, " + (
        f"{len(now.quarantined)} quarantined"
    )
    for one in now.quarantined:
        yield f"  quarantined {one.subdomain} ({one.schema_name}) {one.quarantined_at:%Y-%m-%d %H:%M}"
        yield from (f"    {line}" for line in one.quarantine_error.splitlines())
    for run in now.runs:
        end = f"{(run.finished_at - run.started_at).total_seconds():.1f} s" if run.finished_at else "no end"
        counts = f"{run.done} of {run.total} done, {run.failed} failed"
        yield f"Run {run.started_at:%Y-%m-%d %H:%M:%S} {run.version[:12]}  {counts}, {end}"
        if run.stopped:
            yield f"    stopped: {run.stopped}"


def rehearsal(subdomains: tuple[str, ...] = ()) -> Iterator[str]:
    """What a release would do, from plans made as a release makes them."""
    try:
        with public_context():
            pending = _public_pending()
            targets = [one for one in targets_behind() if not subdomains or one.subdomain in subdomains]
    except ProgrammingError:
        yield "A fresh database: everything would be made."
        return
    for name in pending:
        yield f"Public tables: {name}"
    for part in _stale_templates():
        yield f"Template: {part}"
    yield f"Workspaces behind: {len(targets)}"
    if targets and not pending and not subdomains:
        yield f"Canaries: {', '.join(one.subdomain for one in canaries_among(targets))}"
    groups, unreadable = grouped(targets)
    for one, error in unreadable:
        yield f"Not readable: {one.subdomain} ({one.schema}): {error}"
    for group in groups:
        yield f"-- {len(group.targets)} workspaces with {', '.join(group.parts)}: {_some(group.targets)}"
        yield from _planned(make_plan(group.applied, group.parts), group.targets)


def _planned(plan: Plan, targets: list[Target]) -> Iterator[str]:
    for step in plan.steps:
        yield f"-- {step.app}.{step.name}" + (f" (accepted: {step.accepted})" if step.accepted else "")
        for piece in step.pieces:
            yield f"-- Python, in each: {piece.name}()" if isinstance(piece, Python) else piece.text
            if isinstance(piece, Index) and (big := with_big([piece.table], targets)):
                yield f"-- on its own, without locking, in {len(big)} with a big table"
    if not plan.steps:
        yield "-- nothing but the version"


def _some(targets: list[Target]) -> str:
    names = [one.subdomain for one in targets]
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _public_pending() -> list[str]:
    executor = MigrationExecutor(connection)
    labels = public_labels()
    leaves = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    return [f"{one.app_label}.{one.name}" for one, _back in executor.migration_plan(leaves)]


def _stale_templates() -> list[str]:
    with public_context():
        known = dict(SchemaTemplate.objects.values_list("part", "version"))
    return [part for part in parts() if known.get(part) != version_of(part)]
