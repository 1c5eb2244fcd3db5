"""One release: what all workspaces share, then canaries, then everybody else."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.utils import timezone

from kernel.context import public_context
from tenants import sql, templates
from tenants.direct import direct_connection
from tenants.models import Organization, ReleaseRun
from tenants.pool import drop_stale, refill_pool
from tenants.releases.errors import explained
from tenants.releases.foundation import (
    ensure_roles,
    migrate_public,
    one_at_a_time,
    prepare_functions,
)
from tenants.releases.parallel import side_by_side
from tenants.releases.plans import Plan, make_plan
from tenants.releases.running import Outcome, lift_needless, quarantine, run_many, run_singly
from tenants.releases.state import is_prepared, release_version, standing
from tenants.releases.targets import Group, Target, canaries_among, grouped, targets_behind, with_big

log = logging.getLogger(__name__)
#: A message of this many characters is long enough; more workspaces in it would only make a retry longer.
_LONGEST = 400_000
#: Whatever breaks in so many workspaces is no mishap of theirs.
_MOST_FAILURES, _MOST_SHARE = 10, 0.25


class Stopped(RuntimeError):
    """The release ended before everybody was tried, and says why."""


@dataclass(frozen=True)
class Options:
    pool: int | None = None
    #: Subdomains; empty for everybody.
    tenants: tuple[str, ...] = ()
    only_canaries: bool = False
    #: Neither a canary's failure nor many failures stop the run.
    go_on: bool = False
    #: Connections at once; two were the quickest on two cores.
    parallel: int = 2
    batch: int = 20
    #: Milliseconds to wait for a lock, less than the server's deadlock_timeout (1 s): of a release and somebody's
    #: request that wait for each other, the release gives way. And seconds before what was locked is tried again.
    wait: int = 800
    pauses: tuple[float, ...] = (1, 3, 10, 30)
    say: Callable[[str], None] = log.info

    @property
    def is_whole(self) -> bool:
        return not (self.tenants or self.only_canaries)


@dataclass
class Report:
    """What became of the workspaces that were behind."""

    total: int = 0
    done: int = 0
    failed: list[tuple[Target, str]] = field(default_factory=list)
    #: Still locked by others after the last try: behind, but nothing is wrong with them.
    busy: list[tuple[Target, str]] = field(default_factory=list)
    stopped: str = ""


def release(options: Options | None = None) -> Report:
    """Idempotent, and to be had again after a kill: only who is still behind is touched. One query if nobody is."""
    options = options or Options()
    pool = settings.POOL_SIZE if options.pool is None else options.pool
    if options.is_whole and standing().is_done(pool):
        return Report()
    with direct_connection(), public_context(), one_at_a_time():
        if not is_prepared():
            prepare_functions()
            migrate_public()
            built = templates.build_stale()
            options.say(f"Templates built: {', '.join(built) or 'none'}.")
        ensure_roles()
        report = _Release(options).run()
        if options.is_whole and not report.stopped:
            sql.run(f"COMMENT ON SCHEMA ext IS '{release_version()}'")
            drop_stale()
            options.say(f"Schemas made for the pool: {refill_pool(pool)}.")
    return report


class _Release:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.report = Report()
        self.row: ReleaseRun | None = None
        self.plans: dict[tuple[frozenset[tuple[str, str]], tuple[str, ...]], Plan] = {}

    def run(self) -> Report:
        lift_needless(self.options.tenants)
        targets = self._chosen()
        if not targets:
            return self.report
        self.report.total = len(targets)
        self.row = ReleaseRun.objects.create(version=release_version(), total=len(targets))
        try:
            self._waves(targets)
        except Stopped as stop:
            self.report.stopped = str(stop)
        except Exception as error:
            self.report.stopped = explained(error)
            connection.close()  # it may be what is broken
            raise
        finally:
            self._note(ended=True)
        return self.report

    def _chosen(self) -> list[Target]:
        if not self.options.tenants:
            return targets_behind()
        known = dict(Organization.objects.filter(subdomain__in=self.options.tenants).values_list("subdomain", "id"))
        if missing := sorted(set(self.options.tenants) - known.keys()):
            raise ValueError(f"There is no workspace {', '.join(missing)}.")
        return targets_behind(known.values())

    def _waves(self, targets: list[Target]) -> None:
        if self.options.tenants:
            self._wave(targets)
            return
        canaries = canaries_among(targets)
        self._wave(canaries, trial=not self.options.go_on)
        if not self.options.only_canaries:
            first = {one.id for one in canaries}
            self._wave([one for one in targets if one.id not in first])

    def _wave(self, targets: Sequence[Target], *, trial: bool = False) -> None:
        """Everybody once; then, after a pause, those whom somebody's lock kept waiting."""
        pauses = iter(self.options.pauses)
        while targets:
            again: list[tuple[Target, Exception]] = []
            for outcome in self._outcomes(targets):
                again += outcome.again
                self._settle(outcome, trial)
            if not again:
                return
            pause = next(pauses, None)
            if pause is None:
                self.report.busy += [(one, explained(error)) for one, error in again]
                return
            self.options.say(f"{len(again)} are locked by others, once more in {pause:g} s.")
            time.sleep(pause)
            ids = [one.id for one, _error in again]
            targets = targets_behind(ids)
            self.report.done += len(ids) - len(targets)  # somebody else's run was quicker

    def _outcomes(self, targets: Sequence[Target]) -> Iterator[Outcome]:
        groups, unreadable = grouped(targets)
        unread = Outcome()
        for one, error in unreadable:
            unread.settle(one, error)
        yield unread
        for group in groups:
            try:
                plan = self._plan(group)
            except Exception as error:
                log.exception("No plan for %d workspaces", len(group.targets))
                if len(group.targets) >= _MOST_FAILURES and not self.options.go_on:
                    raise Stopped(f"No plan for {len(group.targets)} workspaces: {explained(error)}") from error
                yield Outcome(failed=[(one, error) for one in group.targets])
            else:
                yield from self._run(plan, group.targets)

    def _plan(self, group: Group) -> Plan:
        key = (group.applied, group.parts)
        if key not in self.plans:
            self.plans[key] = make_plan(*key)
        return self.plans[key]

    def _run(self, plan: Plan, targets: Sequence[Target]) -> Iterator[Outcome]:
        wait = self.options.wait
        big = with_big((index.table for index in plan.indexes), targets)
        quick = [one for one in targets if one.schema not in big]
        size = 1 if plan.needs_python else max(1, min(self.options.batch, _LONGEST // (len(plan.text) + 1000)))
        batches = [quick[start : start + size] for start in range(0, len(quick), size)]
        run = run_singly if plan.needs_python else run_many
        yield from side_by_side(batches, lambda batch: run(plan, batch, wait=wait), self.options.parallel)
        # One at a time: each reads a big table, and waits for everybody's open transactions.
        for one in targets:
            if one.schema in big:
                yield run_singly(plan, [one], wait=wait, big=big)

    def _settle(self, outcome: Outcome, trial: bool) -> None:
        self.report.done += len(outcome.done)
        for target, error in outcome.failed:
            log.error("%s (%s) failed: %s", target.subdomain, target.schema, explained(error))
            self.report.failed.append((target, explained(error)))
            if trial:
                # Nobody else was touched and the old code serves on: its people need not be kept out.
                raise Stopped(f"Canary {target.subdomain} failed: {explained(error)}")
            quarantine(target, error)
        self._note()
        failed, tried = len(self.report.failed), self.report.done + len(self.report.failed)
        if not self.options.go_on and failed >= _MOST_FAILURES and failed > tried * _MOST_SHARE:
            raise Stopped(f"{failed} of {tried} workspaces failed, the last one: {self.report.failed[-1][1]}")

    def _note(self, *, ended: bool = False) -> None:
        if self.row is None:
            return
        self.row.done, self.row.failed = self.report.done, len(self.report.failed)
        self.row.stopped = self.report.stopped
        self.row.finished_at = timezone.now() if ended else None
        self.row.save()
        self.options.say(f"{self.row.done} of {self.row.total} done, {self.row.failed} failed.")
