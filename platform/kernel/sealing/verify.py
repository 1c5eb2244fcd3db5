"""Whether the chain is whole: seal follows from seal, line from its seal, and nothing lies between.

Works through seals in pieces, for a job that shows how far it is; `Findings` is what one piece hands to the next.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from kernel.ids import uuid7_floor
from kernel.models import AuditSeal
from kernel.sealing.chain import START, check_signature, gone_text, seal_hash
from kernel.sealing.line import hash_sql
from kernel.sealing.seal import WINDOW

#: Faults that are told one by one; of more, only how many.
MOST: Final = 50
Kind = Literal["altered", "missing", "inserted", "seal", "order", "signature", "removal", "cut"]

_LINES = f"""
SELECT u.n, a.id IS NULL,
  {hash_sql("u.first_seq + u.n - 1")} = substring(u.hashes FROM (32 * u.n - 31)::int FOR 32), u.id
FROM (SELECT s.first_seq, s.hashes, i.id, i.n FROM kernel_audit_seal s, unnest(s.ids) WITH ORDINALITY AS i (id, n)
  WHERE s.number = %s) u LEFT JOIN kernel_audit a ON a.id = u.id"""  # noqa: S608 — an expression of ours
#: Only what is wrong leaves the database.
_BROKEN = f"SELECT n, id, is_missing FROM ({_LINES}) AS l (n, is_missing, is_whole, id) WHERE is_whole IS NOT TRUE"  # noqa: S608 — text of ours
_BETWEEN = """
SELECT a.id FROM kernel_audit a WHERE a.id > %(low)s AND a.id <= %(high)s AND NOT EXISTS (
  SELECT 1 FROM (SELECT unnest(ids) AS id FROM kernel_audit_seal WHERE last_id > %(low)s AND first_id <= %(high)s) s
  WHERE s.id = a.id) ORDER BY a.id LIMIT 51"""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `seq` and `id` name a line where it is one."""

    kind: Kind
    seal: int
    seq: int | None = None
    id: str = ""


@dataclass
class Findings:
    """What was seen so far, as JSON keeps it."""

    seals: int = 0
    lines: int = 0
    gone: int = 0
    late: int = 0
    elsewhere: int = 0
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0
    #: Where the next piece goes on.
    previous: str = START
    next_seq: int = 1
    above: str = str(UUID(int=0))

    def add(self, kind: Kind, seal: int, seq: int | None = None, pk: Any = "") -> None:
        if len(self.faults) < MOST:
            self.faults.append(Fault(kind, seal, seq, str(pk)))
        else:
            self.more_faults += 1

    @property
    def is_whole(self) -> bool:
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "Findings":
        return cls(**{**kept, "faults": [Fault(**one) for one in kept.get("faults", [])]})


def verify_seals(found: Findings, *, most: int = 20) -> bool:
    """Check the next seals; False when there were none left, and then the whole has been checked."""
    seals = list(AuditSeal.objects.filter(number__gt=found.seals).order_by("number")[:most])
    for seal in seals:
        _check(seal, found)
    if seals:
        _check_between(found, max(seal.last_id for seal in seals))
    return len(seals) == most


def verify_head(found: Findings, *, known: tuple[int, str] | None) -> None:
    """Compare with a head that was seen earlier: a chain that has lost its end is whole in itself."""
    if known is None:
        return
    number, told = known
    kept = AuditSeal.objects.filter(number=number).values_list("link", flat=True).first()
    if kept != told:
        found.add("cut", number)


def _check(seal: AuditSeal, found: Findings) -> None:
    expected = found.seals + 1
    if seal.number != expected or seal.first_seq != found.next_seq or seal.previous != found.previous:
        found.add("order", seal.number)
    gone = {n for first, last in seal.gone for n in range(first, last + 1)}
    _check_seal(seal, gone, found)
    if gone:
        _check_removal(seal, found)
    if len(gone) < seal.count:
        _check_lines(seal, gone, found)
    found.seals, found.next_seq, found.previous = seal.number, seal.last_seq + 1, seal.link
    found.lines += seal.count - len(gone)
    found.gone += len(gone)
    found.late += seal.count if seal.late else 0


def _check_seal(seal: AuditSeal, gone: set[int], found: Findings) -> None:
    hashes = bytes(seal.hashes)
    if hashes or len(gone) < seal.count:
        told = hashlib.sha256(hashes).hexdigest() == seal.content and len(seal.ids) == seal.count == len(hashes) // 32
    else:
        told = not seal.ids
    if not told or seal_hash(seal) != seal.link:
        found.add("seal", seal.number)
    signed = check_signature(seal.link, seal.signature, seal.key)
    found.elsewhere += signed == "elsewhere"
    if signed == "false":
        found.add("signature", seal.number)


def _check_removal(seal: AuditSeal, found: Findings) -> None:
    key, _sep, signature = seal.gone_signature.partition(":")
    if check_signature(gone_text(seal), signature, key) == "false":
        found.add("removal", seal.number)


def is_broken(seal: AuditSeal) -> bool:
    """Whether something is wrong with this seal or its lines, taken by itself."""
    found = Findings(seals=seal.number - 1, next_seq=seal.first_seq, previous=seal.previous)
    _check(seal, found)
    return not found.is_whole


def _check_lines(seal: AuditSeal, gone: set[int], found: Findings) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN, [seal.number])
        for n, pk, missing in cursor.fetchall():
            if not missing or n not in gone:
                found.add("missing" if missing else "altered", seal.number, seal.first_seq + n - 1, pk)


def _check_between(found: Findings, high: UUID) -> None:
    """Lines dated among sealed ones that are in no seal: put in afterwards, or committed after a very long time."""
    limit = min(high, uuid7_floor(timezone.now() - WINDOW))
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, {"low": found.above, "high": limit})
        for (pk,) in cursor.fetchall():
            found.add("inserted", found.seals, None, pk)
    found.above = str(max(UUID(found.above), limit))


def total_seals() -> int:
    return int(AuditSeal.objects.aggregate(most=Max("number"))["most"] or 0)
