"""Erasing an organization: when the date has come, nothing of it stays but a row that says there was one.

A kill at any point is finished by the next run. First the state says so, and from then on nobody enters and no job
begins; then what can be removed again and again without harm (files, cache); then the tables, some at a time, since
every table, index and sequence that one transaction drops takes a lock of the server's shared number; at last schema,
role and the row's own words, in one transaction. Only a row whose `schema_name` is a tombstone's is done.
"""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kernel import cache, files
from kernel.access import Actor, system_actor
from kernel.context import public_context
from kernel.errors import KernelError
from tenants import hosts, pool, sql
from tenants.lifecycle import IllegalMove, may_move
from tenants.models import Domain, HandOver, Organization, RetiredSchema, StateChange, WorkNote
from tenants.states import State

log = logging.getLogger(__name__)

#: Tables in one transaction: 12 to 30 locks each with indexes, sequences, types and TOAST, of the 6,400 that a server
#: has by default for all of its connections.
PIECE: Final = 10
#: Somebody still reads (a long export): the next run tries again, and nobody queues behind us meanwhile.
_PATIENCE: Final = "SET LOCAL lock_timeout = '5s'"
_TOMBSTONE: Final = "erased_"

_TABLES: Final = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind IN ('r', 'p')
ORDER BY c.relname LIMIT %s"""


def due_erasures(now: datetime | None = None) -> QuerySet[Organization]:
    """Whose date has come, and whose erasure began and was not finished."""
    begun = Q(state=State.ERASED) & ~Q(schema_name__startswith=_TOMBSTONE)
    due = Q(state__in=(State.SUSPENDED, State.EXPORTED), erase_after__lte=now or timezone.now())
    with public_context():
        found: QuerySet[Organization] = Organization.objects.filter(begun | due).order_by("erase_after")
    return found


def erase(organization: Organization, *, actor: Actor | None = None) -> None:
    """Remove everything of an organization whose date has come. Must run outside a transaction: it needs several."""
    begun = _begin(organization, actor or system_actor("erasure"))
    schemas = _schemas_of(begun)
    _forget_files(schemas)
    for schema in schemas:
        drop_in_pieces(schema)
    _finish(begun, schemas)
    # A request that was under way when it began may have left something since.
    _forget_files(schemas)
    log.info("Erased organization %s", begun.pk)


@transaction.atomic
def _begin(organization: Organization, actor: Actor) -> Organization:
    with public_context():
        locked: Organization = Organization.objects.select_for_update().get(pk=organization.pk)
        if locked.state == State.ERASED:
            return locked
        if not may_move(locked.state, State.ERASED, "erase_due"):
            raise IllegalMove()
        if locked.erase_after is None or locked.erase_after > timezone.now():
            raise KernelError("The date of its erasure has not come.", code="not_due")
        StateChange.objects.create(
            organization=locked, old=locked.state, new=State.ERASED, reason="erase_due", actor_label=actor.label[:200]
        )  # fmt: skip
        locked.state, locked.state_reason, locked.state_since = State.ERASED, "erase_due", timezone.now()
        locked.save(update_fields=["state", "state_reason", "state_since"])
    return locked


def _schemas_of(organization: Organization) -> list[str]:
    with public_context():
        retired = RetiredSchema.objects.filter(organization=organization).values_list("schema_name", flat=True)
        own = [] if organization.schema_name.startswith(_TOMBSTONE) else [organization.schema_name]
        return [*own, *retired]


def _forget_files(schemas: list[str]) -> None:
    for schema in schemas:
        files.delete_all(schema)
        cache.forget_workspace(schema)


def drop_in_pieces(schema: str) -> None:
    """Drop a schema's tables, some in each transaction; the empty schema and its role stay."""
    while _drop_piece(schema):
        pass


def _drop_piece(schema: str) -> bool:
    with public_context(), transaction.atomic():
        sql.run(_PATIENCE)
        tables = [row[0] for row in sql.rows(_TABLES, [schema, PIECE])]
        if tables:
            own = sql.quoted(schema)
            sql.run(f"DROP TABLE {', '.join(f'{own}.{sql.quoted(table)}' for table in tables)} CASCADE")
    return bool(tables)


@transaction.atomic
def _finish(organization: Organization, schemas: list[str]) -> None:
    """What is left of the schemas, the roles, and every word that is not ours to keep."""
    with public_context():
        sql.run(_PATIENCE)
        for schema in schemas:
            pool.discard_schema(schema)
        for model in (HandOver, Domain, RetiredSchema):
            owner = "tenant" if model is Domain else "organization"
            model._default_manager.filter(**{owner: organization}).delete()
        WorkNote.objects.filter(schema_name__in=schemas).delete()
        # Who closed it was one of their people. That it was closed, and when, is ours to know.
        StateChange.objects.filter(organization=organization).update(actor_label="")
        host = organization.host
        fresh = Organization(pk=organization.pk)
        tombstone = f"{_TOMBSTONE}{organization.pk.hex}"
        Organization.objects.filter(pk=organization.pk).update(
            name="", subdomain=tombstone.replace("_", "-"), schema_name=tombstone, erase_after=None, preferences={},
            language=fresh.language, engines=[], releases={}, is_canary=False, quarantined_at=None,
            quarantine_error="", trial_ends_on=None,
        )  # fmt: skip
    transaction.on_commit(lambda: hosts.forget(host), robust=True)
