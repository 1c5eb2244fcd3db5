"""Closing lines that are committed but in no seal yet. Set-based: some thousand lines are one statement."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from kernel.context import get_tenant
from kernel.ids import uuid7_floor
from kernel.models import AuditSeal
from kernel.sealing.chain import START, key_id, seal_hash, sign
from kernel.sealing.line import hash_sql

log = logging.getLogger(__name__)
SIZE: Final = 5000
#: A transaction that wrote a line this long before its commit is waited for; what comes later is sealed as late.
WINDOW: Final = timedelta(minutes=10)
_ZERO: Final = UUID(int=0)
_LOCK: Final = 0x5EA1

_SEAL = f"""
WITH due AS ({{due}}),
line AS (
  SELECT a.id, a.n, {hash_sql("%(first_seq)s + a.n - 1")} AS hash
  FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM due) a
), closed AS (
  SELECT count(*) AS count, array_agg(id ORDER BY n) AS ids, string_agg(hash, ''::bytea ORDER BY n) AS hashes FROM line
)
INSERT INTO kernel_audit_seal (id, number, first_seq, count, first_id, last_id, ids, hashes, content, previous, link,
  signature, key, late, sealed_at, gone, gone_signature)
SELECT %(id)s, %(number)s, %(first_seq)s, count, ids[1], ids[count], ids, hashes, encode(sha256(hashes), 'hex'),
  %(previous)s, '', '', %(key)s, %(late)s, %(now)s, '[]', '' FROM closed WHERE count > 0
RETURNING count, first_id, last_id, content"""  # noqa: S608 — an expression of ours

_NEW = "SELECT * FROM kernel_audit WHERE id > %(above)s ORDER BY id LIMIT %(size)s"
#: Lines that were committed after later ones had been sealed.
_PASSED = """
SELECT b.* FROM kernel_audit b WHERE b.id >= %(floor)s AND b.id <= %(above)s AND NOT EXISTS (
  SELECT 1 FROM (SELECT unnest(ids) AS id FROM kernel_audit_seal WHERE last_id >= %(floor)s) s WHERE s.id = b.id
) ORDER BY b.id LIMIT %(size)s"""
_COUNTS = """
SELECT (SELECT count(*) FROM kernel_audit WHERE id >= %(floor)s AND id <= %(above)s),
  (SELECT count(*) FROM (SELECT unnest(ids) AS id FROM kernel_audit_seal WHERE last_id >= %(floor)s) s
   WHERE s.id >= %(floor)s)"""


def seal_lines(*, most: int = 200) -> int:
    """Seal what is committed, in at most this many seals; how many lines. Nothing while another does it."""
    sealed = 0
    for _ in range(most):
        with transaction.atomic():
            if not _alone():
                return sealed
            done = _seal_next()
        sealed += done
        if done < SIZE:
            break
    return sealed


def _seal_next() -> int:
    last = last_seal()
    done = _close(_NEW, last)
    if done < SIZE and last is not None:
        done += _seal_passed()
    return done


def _seal_passed() -> int:
    """Counting is cheap and usually says that there are none."""
    values: dict[str, Any] = {"floor": uuid7_floor(timezone.now() - WINDOW), "above": highest_id()}
    lines, sealed = _one(_COUNTS, values)
    return _close(_PASSED, last_seal(), **values) if lines > sealed else 0


def seal_late() -> int:
    """Seal every line that is in no seal although later ones are, however old it says it is. Reads all of the audit."""
    sealed = 0
    while True:
        with transaction.atomic():
            _wait()
            done = _close(_PASSED, last_seal(), floor=_ZERO, above=highest_id(), late=True)
        sealed += done
        if done < SIZE:
            return sealed


def _close(due: str, last: AuditSeal | None, *, late: bool = False, **values: Any) -> int:
    """One seal over the lines that `due` finds; how many they were."""
    seal = AuditSeal(
        number=last.number + 1 if last else 1, first_seq=last.last_seq + 1 if last else 1,
        previous=last.link if last else START, key=key_id(), late=late, sealed_at=timezone.now(),
    )  # fmt: skip
    told = {
        "id": seal.pk,
        "number": seal.number,
        "first_seq": seal.first_seq,
        "previous": seal.previous,
        "key": seal.key,
    }
    above = {"above": highest_id(), "size": SIZE, "late": late, "now": seal.sealed_at}
    row = _one(_SEAL.format(due=due), {**told, **above, **values})
    if row is None:
        return 0
    seal.count, seal.first_id, seal.last_id, seal.content = row[0], UUID(str(row[1])), UUID(str(row[2])), row[3]
    seal.link = seal_hash(seal)
    seal.signature = sign(seal.link)
    AuditSeal.objects.filter(pk=seal.pk).update(link=seal.link, signature=seal.signature)
    # The log lies elsewhere: who cuts off the end of the chain would have to cut it off there, too.
    log.info("Audit of %s sealed up to %s: %s", _schema(), seal.last_seq, seal.link)
    return seal.count


def last_seal() -> AuditSeal | None:
    found: AuditSeal | None = AuditSeal.objects.defer("ids", "hashes").order_by("-number").first()
    return found


def highest_id() -> UUID:
    found: UUID | None = AuditSeal.objects.order_by("-last_id").values_list("last_id", flat=True).first()
    return found or _ZERO


def unsealed_lines() -> int:
    """How many lines wait for their seal."""
    return int(_one("SELECT count(*) FROM kernel_audit WHERE id > %(above)s", {"above": highest_id()})[0])


@contextmanager
def sealing_stopped() -> Iterator[None]:
    """A transaction in which nobody seals: for what changes seals."""
    with transaction.atomic():
        _wait()
        yield


def _alone() -> bool:
    """Until the end of the transaction; other workspaces have locks of their own."""
    return bool(_one("SELECT pg_try_advisory_xact_lock(%(a)s, hashtext(%(b)s))", _lock())[0])


def _wait() -> None:
    _one("SELECT pg_advisory_xact_lock(%(a)s, hashtext(%(b)s))", _lock())


def _schema() -> str:
    """The workspace's, or the provider's own: operators' acts are sealed as well."""
    tenant = get_tenant()
    if tenant is None:
        raise RuntimeError("Nothing is bound here whose audit could be sealed.")
    return tenant.schema


def _lock() -> dict[str, Any]:
    return {"a": _LOCK, "b": _schema()}


def _one(statement: str, values: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
