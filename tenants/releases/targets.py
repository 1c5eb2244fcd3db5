"""Workspaces a release is about, and which of them are in the same state. A few statements for all of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, transaction
from django.db.models import QuerySet

from kernel.context import Tenant, public_context, tenant_context
from tenants import sql
from tenants.migrating import Applied
from tenants.models import Organization
from tenants.releases.errors import is_lost
from tenants.releases.history import applied_here
from tenants.releases.state import behind_query, parts_of

_CHUNK = 200
#: A table is big where building an index on it holds up the people who write to it for longer than they should notice.
BIG_ROWS = 50_000


@dataclass(frozen=True)
class Target:
    """A workspace that is behind, as it was when it was looked at."""

    id: UUID
    subdomain: str
    schema: str
    releases: dict[str, str]

    @property
    def parts(self) -> tuple[str, ...]:
        return parts_of(self.releases)

    @property
    def host(self) -> str:
        return f"{self.subdomain}.{settings.BASE_HOST}"


@dataclass
class Group:
    """Workspaces with the same migrations and the same parts: one plan does for all of them."""

    applied: Applied
    parts: tuple[str, ...]
    targets: list[Target] = field(default_factory=list)


def targets_behind(ids: Iterable[UUID] | None = None) -> list[Target]:
    """Oldest first. Only columns that were always there: a dry run looks before the public tables are migrated."""
    found: QuerySet[Any, Any] = behind_query()
    if ids is not None:
        found = found.filter(id__in=list(ids))
    with public_context():
        rows = list(found.order_by("created_at", "id").values_list("id", "subdomain", "schema_name", "releases"))
    return [Target(*row) for row in rows]


def canaries_among(targets: Sequence[Target]) -> list[Target]:
    """The workspaces marked for it; while none is marked, the three newest, those on trial before others."""
    with public_context():
        rows = Organization.objects.values_list("id", "is_canary", "state", "created_at")
        known = {row[0]: row[1:] for row in rows}
    if any(is_canary for is_canary, _state, _created in known.values()):
        return [one for one in targets if one.id in known and known[one.id][0]]
    present = [one for one in targets if one.id in known]
    trial = Organization.State.TRIAL
    return sorted(present, key=lambda one: (known[one.id][1] == trial, known[one.id][2]), reverse=True)[:3]


def grouped(targets: Sequence[Target]) -> tuple[list[Group], list[tuple[Target, Exception]]]:
    """Groups, the largest first; and those whose migrations cannot even be read, each with the reason."""
    digests, unreadable = _digests(targets)
    groups: dict[tuple[str, tuple[str, ...]], Group] = {}
    applied: dict[str, Applied] = {}
    for one in targets:
        if one.schema not in digests:
            continue
        digest = digests[one.schema]
        if digest not in applied:
            applied[digest] = _applied_in(one.schema)
        group = groups.setdefault((digest, one.parts), Group(applied[digest], one.parts))
        group.targets.append(one)
    return sorted(groups.values(), key=lambda group: -len(group.targets)), unreadable


def with_big(tables: Iterable[str], targets: Sequence[Target]) -> set[str]:
    """Schemas in which one of these tables is big, by what the server's statistics say: nothing is locked or read."""
    names = sorted(set(tables))
    if not names:
        return set()
    with public_context():
        rows = sql.rows(
            "SELECT DISTINCT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY(%s) AND c.relname = ANY(%s) AND c.relkind = 'r'"
            " AND greatest(c.reltuples, pg_stat_get_live_tuples(c.oid)) >= %s",
            [[one.schema for one in targets], names, BIG_ROWS],
        )
    return {row[0] for row in rows}


def _digests(targets: Sequence[Target]) -> tuple[dict[str, str], list[tuple[Target, Exception]]]:
    found: dict[str, str] = {}
    unreadable: list[tuple[Target, Exception]] = []
    for chunk in _chunks(targets):
        try:
            found |= _read(chunk)
        except Error as broken:
            if is_lost(broken):
                raise
            # One of them is broken: which?
            for one in chunk:
                try:
                    found |= _read([one])
                except Error as error:
                    if is_lost(error):
                        raise
                    unreadable.append((one, error))
    return found, unreadable


def _read(chunk: Sequence[Target]) -> dict[str, str]:
    one = (
        "SELECT '{name}', coalesce(md5(string_agg(app || '.' || name, ' ' ORDER BY app, name)), '')"
        " FROM {schema}.django_migrations"
    )
    parts = [one.format(name=target.schema, schema=sql.quoted(target.schema)) for target in chunk]
    with public_context(), transaction.atomic():
        return dict(sql.rows(" UNION ALL ".join(parts)))


def _applied_in(schema: str) -> Applied:
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        return applied_here()


def _chunks(targets: Sequence[Target]) -> Iterator[Sequence[Target]]:
    for start in range(0, len(targets), _CHUNK):
        yield targets[start : start + _CHUNK]
