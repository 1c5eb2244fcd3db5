"""Removes what nobody owns: schemas, roles, folders of files and of the cache that a kill left behind, and schemas that
a workspace has left long enough ago.

It looks only at names that are ours to the letter (`t_` or `s_` and a UUIDv7) and older than an hour, since what is
younger may be in the making. And it stops where too much seems to be nobody's: that is a wrong or half-restored
database, not something a kill left behind.
"""

import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kernel import cache, files
from kernel.context import public_context
from tenants import pool, roles, sql
from tenants.erasure import drop_in_pieces
from tenants.models import Organization, RetiredSchema, SpareSchema

log = logging.getLogger(__name__)

AGE: Final = timedelta(hours=1)
#: As much as this may always go; more, only while it is less than what has an owner.
FEW: Final = 50
_OURS = re.compile(r"[ts]_([0-9a-f]{12})7[0-9a-f]{3}[89ab][0-9a-f]{15}")


@dataclass(frozen=True)
class Find:
    """One thing nobody owns. `kind` is schema, role, files, cache or retired."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class TooMuch(RuntimeError):
    """More seems to be nobody's than somebody's."""


def born(name: str) -> datetime | None:
    """When a name of ours was made, as its UUIDv7 says; None for every other name."""
    match = _OURS.fullmatch(name)
    try:
        return datetime.fromtimestamp(int(match[1], 16) / 1000, UTC) if match else None
    except ValueError:  # a year beyond 9999: nobody's clock
        return None


def find_ownerless(now: datetime | None = None) -> list[Find]:
    """What the reaper would remove now."""
    now = now or timezone.now()
    with public_context():
        owned = _owned()
        schemas = [row[0] for row in sql.rows(r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^[ts]_'")]
        mine, lost = roles.roles_of_this_database(), roles.roles_of_lost_databases()
        retired = RetiredSchema.objects.filter(drop_after__lte=now).values_list("schema_name", flat=True)
        found = [Find("retired", name) for name in retired]
    found += [Find("schema", name) for name in _ripe(schemas, owned, now)]
    # A role goes with its schema, or alone where the schema is gone already.
    found += [Find("role", name) for name in _ripe(mine, owned | set(schemas), now)]
    found += [Find("role", name) for name in _ripe(lost, set(), now)]
    found += [Find("files", name) for name in _ripe(files.folders(), owned, now)]
    found += [Find("cache", name) for name in _ripe(_folders(settings.CACHE_ROOT), owned, now)]
    return found


def reap(now: datetime | None = None) -> list[Find]:
    """Remove what nobody owns; says what is gone. One thing that cannot be removed keeps nothing else."""
    found = find_ownerless(now)
    _check(found)
    return [find for find in found if _remove(find)]


def _owned() -> set[str]:
    models = (Organization, SpareSchema, RetiredSchema)
    return {name for model in models for name in model._default_manager.values_list("schema_name", flat=True)}


def _ripe(names: Iterable[str], owned: set[str], now: datetime) -> Iterator[str]:
    for name in sorted(names):
        since = born(name)
        if since is not None and since < now - AGE and name not in owned:
            yield name


def _folders(root: str | Path) -> list[str]:
    return [folder.name for folder in Path(root).iterdir() if folder.is_dir()] if Path(root).is_dir() else []


def _check(found: list[Find]) -> None:
    with public_context():
        owned = len(_owned())
    for kind in ("schema", "files"):
        number = sum(find.kind == kind for find in found)
        if number > FEW and number > owned:
            raise TooMuch(
                f"{number} of kind {kind!r} seem to be nobody's and {owned} schemas have an owner. Is this the right,"
                " whole database? Nothing was removed."
            )


def _remove(find: Find) -> bool:
    try:
        _REMOVERS[find.kind](find.name)
    except Exception:  # the rest is not to wait for this one
        log.exception("Not removed: %s", find)
        return False
    log.info("Removed: %s", find)
    return True


def _remove_schema(schema: str) -> None:
    with public_context():
        if schema in _owned():  # somebody has it since we looked
            return
    drop_in_pieces(schema)
    with public_context(), transaction.atomic():
        pool.discard_schema(schema)


def _remove_role(name: str) -> None:
    with public_context(), transaction.atomic():
        roles.drop_role(name)


def _remove_retired(schema: str) -> None:
    """Its row goes first: from then on nobody goes back to it, and what a kill leaves here is ownerless."""
    with public_context(), transaction.atomic():
        deleted, _rows = RetiredSchema.objects.filter(schema_name=schema, drop_after__lte=timezone.now()).delete()
    if deleted:
        files.delete_all(schema)
        cache.forget_workspace(schema)
        _remove_schema(schema)


def _remove_cache(schema: str) -> None:
    shutil.rmtree(Path(settings.CACHE_ROOT) / schema)


_REMOVERS: Final = {
    "schema": _remove_schema, "role": _remove_role, "retired": _remove_retired, "files": files.delete_all,
    "cache": _remove_cache,
}  # fmt: skip
