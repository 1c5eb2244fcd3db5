"""The hash of one line: sha256 over a JSON array of its content and its number, in SQL and in Python.

What people said and did (label and changes) goes in as a hash of its own, so that a line can one day lose these without
losing its place in the chain.
"""

import hashlib
import json
from datetime import UTC
from typing import Any, Final

from kernel.models import AuditEntry

#: Of a row `a` whose number is `%(seq)s` (an SQL expression of ours). jsonb has one text for one value: that is hashed.
_HASH: Final = """sha256(convert_to(jsonb_build_array({seq}, a.id,
  to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), a.actor_id, a.actor_label, a.source, host(a.ip),
  a.request_id, a.action, a.entity, a.record_id, a.batch,
  encode(sha256(convert_to(jsonb_build_array(a.record_label, a.changes)::text, 'UTF8')), 'hex'))::text, 'UTF8'))"""


def hash_sql(seq: str) -> str:
    """The hash as an SQL expression over the row `a`; `seq` is the expression of its number."""
    return _HASH.replace("{seq}", seq)


def hash_of(row: AuditEntry, seq: int) -> bytes:
    """The same in Python: for whoever checks an archive without our database."""
    said = _sha([row.record_label, row.changes]).hex()
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return _sha([
        seq, _text(row.pk), at, _text(row.actor_id), row.actor_label, row.source, _text(row.ip), row.request_id,
        row.action, row.entity, _text(row.record_id), _text(row.batch), said,
    ])  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _sha(value: Any) -> bytes:
    return hashlib.sha256(json.dumps(_ordered(value), ensure_ascii=False).encode()).digest()


def _ordered(value: Any) -> Any:
    """Keys as jsonb orders them: shorter ones first, then by their bytes."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(item) for item in value] if isinstance(value, list) else value
