"""Schemas made beforehand, with their roles, so that a sign-up takes one by deleting a row: a millisecond, no DDL."""

from django.conf import settings
from django.db import transaction

from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from tenants import roles, sql
from tenants.models import SpareSchema
from tenants.templates import replay
from tenants.versions import CORE, version_of

_LOCK = 0x7065_7976_0001

_CLAIM = """
DELETE FROM public.tenants_spareschema WHERE schema_name = (
  SELECT schema_name FROM public.tenants_spareschema WHERE version = %s
  ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING schema_name"""


def new_name() -> str:
    return f"t_{uuid7().hex}"


def build_schema(schema: str) -> None:
    """Make a schema with its role and the core's tables, here and now."""
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        sql.create_schema(schema)
        roles.create_role(schema)
        replay(CORE)


def discard_schema(schema: str) -> None:
    """A schema with everything in it, and its role."""
    sql.drop_schema(schema)
    roles.drop_role(schema)


@transaction.atomic
def claim_schema() -> str:
    """The name of a schema that is the caller's once the transaction is committed; built where none is ready."""
    with public_context():
        spare = sql.one(_CLAIM, [version_of(CORE)])
    if spare:
        return str(spare)
    schema = new_name()
    build_schema(schema)
    return schema


def refill_pool(target: int | None = None) -> int:
    """Bring the pool to `target`; how many schemas were made.

    A transaction a schema: a sign-up meanwhile claims what is there, and a second refill waits its turn.
    """
    target = settings.POOL_SIZE if target is None else target
    made = 0
    while _make_one(target):
        made += 1
    return made


def drop_stale() -> int:
    """Drop spare schemas of other versions; how many. A release's to do: beside it, workers of the version before
    still fill the pool with theirs, and each would drop the other's.
    """
    dropped = 0
    while _drop_one_stale():
        dropped += 1
    return dropped


def _make_one(target: int) -> bool:
    with public_context(), transaction.atomic():
        sql.run("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if SpareSchema.objects.filter(version=version_of(CORE)).count() >= target:
            return False
        schema = new_name()
        build_schema(schema)
        SpareSchema.objects.create(schema_name=schema, version=version_of(CORE))
    return True


def _drop_one_stale() -> bool:
    with public_context(), transaction.atomic():
        stale = SpareSchema.objects.select_for_update(skip_locked=True).exclude(version=version_of(CORE)).first()
        if stale is None:
            return False
        discard_schema(stale.schema_name)
        stale.delete()
    return True
