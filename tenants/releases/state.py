"""Which release the code is, which one the database has, and who is behind: a single query says it all."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import ProgrammingError
from django.db.models import Q, QuerySet

from kernel.context import public_context
from kernel.functions import ALL_SQL
from tenants import sql
from tenants.models import Organization
from tenants.router import public_labels
from tenants.versions import CORE, files_digest, parts, version_of

_STANDING = """
WITH now AS (SELECT key, value FROM jsonb_each_text(%(versions)s::jsonb))
SELECT
  coalesce(obj_description(to_regnamespace('ext'), 'pg_namespace'), ''),
  (SELECT count(*) FROM public.tenants_organization o WHERE state <> 'erased' AND (quarantined_at IS NOT NULL OR EXISTS
    (SELECT 1 FROM now WHERE o.releases ? now.key AND o.releases ->> now.key <> now.value))),
  (SELECT count(*) FILTER (WHERE version = %(core)s) FROM public.tenants_spareschema),
  (SELECT count(*) FILTER (WHERE version <> %(core)s) FROM public.tenants_spareschema),
  (SELECT count(*) FROM (
     SELECT schema_name FROM public.tenants_organization WHERE state <> 'erased'
     UNION ALL SELECT schema_name FROM public.tenants_spareschema) s
   WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = s.schema_name))"""


@dataclass(frozen=True)
class Standing:
    """What a release would find: the release this database was brought to last ("" for a fresh one), and counts."""

    prepared: str = ""
    #: Or quarantined.
    behind: int = 0
    spare: int = 0
    spare_stale: int = 0
    without_role: int = 0

    def is_done(self, pool: int) -> bool:
        here = self.prepared == release_version()
        return here and not (self.behind or self.spare_stale or self.without_role) and self.spare >= pool


def standing() -> Standing:
    try:
        with public_context():
            row = sql.rows(_STANDING, {"versions": json.dumps(versions()), "core": version_of(CORE)})[0]
    except ProgrammingError:
        return Standing()  # its tables are of another time, or not there yet
    return Standing(*row)


def versions() -> dict[str, str]:
    return {part: version_of(part) for part in parts()}


def release_version() -> str:
    """One hash over everything that a release brings about."""
    every = [files_digest(public_labels()), *versions().values(), *ALL_SQL]
    return hashlib.sha256("\n".join(every).encode()).hexdigest()[:32]


def prepared_version() -> str:
    """The release this database was last brought to; "" for a fresh one."""
    return str(sql.one("SELECT obj_description(to_regnamespace('ext'), 'pg_namespace')") or "")


def is_prepared() -> bool:
    return prepared_version() == release_version()


def behind_query() -> "QuerySet[Organization]":
    old = Q()
    for part, version in versions().items():
        old |= Q(releases__has_key=part) & ~Q(**{f"releases__{part}": version})
    found: QuerySet[Organization] = Organization.objects.filter(old).exclude(state=Organization.State.ERASED)
    return found


def behind() -> list[Organization]:
    """Workspaces whose schema is older than the code, in any part they have."""
    return list(behind_query().order_by("created_at", "id"))


def late() -> tuple[str, ...]:
    """Subdomains of those still behind after the whole release: who signed up with the old code meanwhile, or was
    locked by others all through it. Nobody, as long as the database is at another release than this code.
    """
    with public_context():
        if not is_prepared():
            return ()
        found = behind_query().filter(quarantined_at=None).order_by("created_at", "id")
        return tuple(found.values_list("subdomain", flat=True))


def is_behind(organization: Organization) -> bool:
    return any(organization.releases.get(part, version) != version for part, version in versions().items())


def parts_of(releases: dict[str, Any]) -> tuple[str, ...]:
    """The parts that a schema has and the code knows, each after those it stands on."""
    return tuple(part for part in parts() if part in releases)
