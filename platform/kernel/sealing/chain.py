"""What joins seals into a chain: each one's hash holds the one before, and a signature that only we can make."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final, Literal

from django.conf import settings
from django.utils.crypto import salted_hmac

from kernel.models import AuditSeal

#: Before the first seal.
START: Final = "0" * 64
_SALT: Final = "kernel.sealing"
Signed = Literal["ours", "elsewhere", "false"]


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def seal_hash(seal: AuditSeal) -> str:
    return _sha([
        seal.number, seal.first_seq, seal.count, str(seal.first_id), str(seal.last_id), seal.content, seal.previous,
        seal.late, moment(seal.sealed_at),
    ])  # fmt: skip


def _sha(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def sign(text: str, secret: str | bytes | None = None) -> str:
    return salted_hmac(_SALT, text, secret=secret or settings.SECRET_KEY, algorithm="sha256").hexdigest()


def key_id(secret: str | bytes | None = None) -> str:
    """Names a secret without telling it."""
    return sign("key", secret)[:16]


def check_signature(text: str, signature: str, key: str) -> Signed:
    """Whose it is. Another installation's cannot be checked here, unless ARCHIVE_KEYS names its secret."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, *settings.ARCHIVE_KEYS):
        if key_id(secret) == key:
            return "ours" if hmac.compare_digest(sign(text, secret).encode(), signature.encode()) else "false"
    return "elsewhere"


def gone_text(seal: AuditSeal) -> str:
    """What the signature of a removal covers: that these lines of this very seal went by policy, and until when."""
    return json.dumps(["gone", seal.link, seal.gone, moment(seal.gone_until)], separators=(",", ":"))


def fingerprint(seal: AuditSeal) -> str:
    """The head of the chain in a form that people can note down and compare."""
    return " ".join(seal.link[i : i + 4] for i in range(0, 32, 4))
