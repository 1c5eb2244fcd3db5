"""Running a plan: many workspaces in one message to the server, a transaction each; or one by one where it must be."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import Error, connection, transaction
from django.utils import timezone

from kernel.context import public_context, tenant_context
from tenants import hosts, sql
from tenants.models import Organization
from tenants.releases.errors import Changed, explained, is_lost, is_passing
from tenants.releases.history import run_here
from tenants.releases.plans import Plan, Step
from tenants.releases.state import is_behind
from tenants.releases.targets import Target
from tenants.versions import version_of

_HEAD = """BEGIN;
SELECT set_config('search_path', %(path)s, true), set_config('lock_timeout', %(wait)s, true);
DO $peyvand$ BEGIN
  PERFORM 1 FROM public.tenants_organization
    WHERE id = %(id)s AND schema_name = %(schema)s AND releases = %(planned)s::jsonb FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'changed since the plan was made' USING ERRCODE = 'PV001'; END IF;
END $peyvand$;
SET CONSTRAINTS ALL IMMEDIATE;
"""
_NOTE = """
UPDATE public.tenants_organization SET releases = releases || %(after)s::jsonb, quarantined_at = NULL,
  quarantine_error = '' WHERE id = %(id)s"""


@dataclass
class Outcome:
    done: list[Target] = field(default_factory=list)
    #: To be tried again: locks that others held, or what changed meanwhile.
    again: list[tuple[Target, Exception]] = field(default_factory=list)
    failed: list[tuple[Target, Exception]] = field(default_factory=list)

    def settle(self, target: Target, error: Exception) -> None:
        (self.again if is_passing(error) else self.failed).append((target, error))

    def add(self, other: "Outcome") -> None:
        self.done += other.done
        self.again += other.again
        self.failed += other.failed


def run_many(plan: Plan, targets: Sequence[Target], *, wait: int) -> Outcome:
    """All in one message. Whoever fails is set apart; the rest goes on behind them."""
    outcome = Outcome()
    rest = list(targets)
    body = plan.text
    while rest:
        try:
            sql.run("".join([_transaction(one, body, wait) for one in rest]))
        except Error as error:
            if is_lost(error):
                raise
            sql.run("ROLLBACK")
            committed = _at_version(rest)
            bad = next(index for index, one in enumerate(rest) if one.id not in committed)
            outcome.done += rest[:bad]
            outcome.settle(rest[bad], error)
            rest = rest[bad + 1 :]
        else:
            outcome.done += rest
            rest = []
    _forget(outcome.done)
    return outcome


def run_singly(plan: Plan, targets: Iterable[Target], *, wait: int, big: Iterable[str] = ()) -> Outcome:
    """One after the other: those with Python steps, and those where an index is built beside the people's work."""
    outcome = Outcome()
    slow = set(big)
    for one in targets:
        try:
            if one.schema in slow:
                _in_pieces(plan, one, wait)
            else:
                _at_once(plan.steps, one, wait, last=True)
        except Exception as error:
            if is_lost(error):
                raise
            outcome.settle(one, error)
        else:
            outcome.done.append(one)
    _forget(outcome.done)
    return outcome


def quarantine(target: Target, error: Exception) -> None:
    """Keep people out of a workspace whose tables fit neither version; the provider reads why."""
    with public_context(), transaction.atomic():
        organization = Organization.objects.select_for_update().get(pk=target.id)
        organization.quarantined_at = timezone.now()
        organization.quarantine_error = explained(error)
        organization.save(update_fields=["quarantined_at", "quarantine_error"])


def lift_needless(subdomains: Iterable[str] = ()) -> None:
    """Open what is quarantined and yet fits this code: the code went back a version, or somebody mended it by hand."""
    with public_context(), transaction.atomic():
        found = Organization.objects.select_for_update().exclude(quarantined_at=None)
        for one in found.filter(subdomain__in=list(subdomains)) if subdomains else found:
            if not is_behind(one):
                one.quarantined_at, one.quarantine_error = None, ""
                one.save(update_fields=["quarantined_at", "quarantine_error"])


def _transaction(target: Target, body: str, wait: int) -> str:
    values = {
        "path": f"{sql.quoted(target.schema)}, ext", "wait": f"{wait}ms", "schema": target.schema,
        "planned": json.dumps(target.releases), **_noted(target),
    }  # fmt: skip
    return f"{_filled(_HEAD, values)}{body}{_filled(_NOTE, values)};\nCOMMIT;\n"


def _filled(text: str, values: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        return str(cursor.mogrify(text, values).decode())


def _noted(target: Target) -> dict[str, Any]:
    return {"id": str(target.id), "after": json.dumps({part: version_of(part) for part in target.parts})}


def _at_version(targets: Sequence[Target]) -> set[Any]:
    now = {one.id: {part: version_of(part) for part in one.parts} for one in targets}
    found = Organization.objects.filter(id__in=list(now)).values_list("id", "releases")
    return {pk for pk, releases in found if now[pk].items() <= releases.items()}


def _forget(targets: Iterable[Target]) -> None:
    """Processes remember who is quarantined, for two seconds at most; here they need not."""
    for one in targets:
        hosts.forget(one.host)


def _at_once(steps: Iterable[Step], target: Target, wait: int, *, last: bool) -> None:
    """These steps in one transaction, after a look whether the workspace is still what the plan was made for."""
    with public_context(), transaction.atomic():
        sql.run("SELECT set_config('lock_timeout', %s, true)", [f"{wait}ms"])
        held = Organization.objects.select_for_update().filter(
            pk=target.id, schema_name=target.schema, releases=target.releases
        )
        organization = held.first()
        if organization is None:
            raise Changed("changed since the plan was made")
        with tenant_context(replace(organization.as_tenant(), operator=True)):
            run_here(Plan(tuple(steps)))
        if last:
            sql.run(_NOTE, _noted(target))


def _in_pieces(plan: Plan, target: Target, wait: int) -> None:
    """Up to each index in one transaction, the index by itself. Migrations note what is done: a kill loses nothing."""
    stretch: list[Step] = []
    for step in plan.steps:
        if not step.indexes:
            stretch.append(step)
            continue
        _at_once(stretch, target, wait, last=False)
        for index in step.indexes:
            _build_alone(target.schema, index.name, index.alone(target.schema))
        stretch = [replace(step, pieces=())]
    _at_once(stretch, target, wait, last=True)


def _build_alone(schema: str, name: str, statement: str) -> None:
    """Outside a transaction, names in full. What an interrupted attempt left is not valid and goes first."""
    full = f"{sql.quoted(schema)}.{connection.ops.quote_name(name)}"
    with public_context():
        if sql.one("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [full]):
            sql.run(f"DROP INDEX CONCURRENTLY IF EXISTS {full}")
        sql.run(statement)
