"""`Idempotency-Key` on POST: a retry gets the answer of the first try (IETF draft idempotency-key-header).

Only successes are kept: a refusal changed nothing, and one may mend the body and send the same key again. Answers
that hold a secret must not be kept, so a view asks for this by `keeps_answers`.
"""

import hashlib
import zlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.models import IdempotencyKey
from kernel.context import require_tenant
from kernel.errors import Conflict, Invalid, KernelError

KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Content-Language")


class KeyReused(KernelError):
    code = "idempotency_key_reused"
    status = 422
    message = _("This Idempotency-Key was used before with another request. Use a new key for a new request.")


class InProgress(Conflict):
    code = "idempotency_in_progress"
    message = _("A request with this Idempotency-Key is still being worked on. Try again in a moment.")


class Replay(Exception):
    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()} {request.content_type}\n".encode())
    if request.content_type.startswith("multipart/"):
        # The boundary differs between tries, so the parts are compared instead of the raw body.
        digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
        parts: Any = request.data
        for name, values in sorted(parts.lists()):
            for value in values:
                digest.update(f"\n{name}=".encode())
                _digest_part(digest, value)
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


def _digest_part(digest: Any, value: Any) -> None:
    if isinstance(value, UploadedFile):
        for chunk in value.chunks():
            digest.update(chunk)
        value.seek(0)
    else:
        digest.update(str(value).encode())


def _lock(user_id: UUID, key: str) -> bool:
    """Until the transaction ends nobody else works on this key; False when somebody does."""
    name = f"idempotency:{require_tenant().schema}:{user_id}:{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def begin(request: Request, user_id: UUID | None) -> "Keeper | None":
    """Look the key up before the view runs: Replay, KeyReused or InProgress, or what keeps the answer."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if request.method != "POST" or not key or user_id is None:
        return None
    if len(key) > 255 or not key.isascii() or not key.isprintable():
        raise Invalid.one("Idempotency-Key", "bad_key", _("An Idempotency-Key has 1 to 255 visible ASCII characters."))
    if not _lock(user_id, key):
        raise InProgress()
    fingerprint = _fingerprint(request)
    oldest = timezone.now() - timedelta(hours=settings.API_IDEMPOTENCY_HOURS)
    row = IdempotencyKey.objects.filter(user_id=user_id, key=key, created_at__gte=oldest).first()
    if row is None:
        return Keeper(user_id, key, fingerprint)
    if row.fingerprint != fingerprint:
        raise KeyReused()
    raise Replay(_answer(row))


def _answer(row: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(zlib.decompress(bytes(row.body)), status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


class Keeper:
    """Keeps the answer once it is rendered, inside the transaction of the change itself."""

    def __init__(self, user_id: UUID, key: str, fingerprint: str) -> None:
        self.user_id, self.key, self.fingerprint = user_id, key, fingerprint

    def keep(self, response: HttpResponse) -> None:
        if not 200 <= response.status_code < 300:
            return
        oldest = timezone.now() - timedelta(hours=settings.API_IDEMPOTENCY_HOURS)
        IdempotencyKey.objects.filter(created_at__lt=oldest).delete()
        IdempotencyKey.objects.create(
            user_id=self.user_id, key=self.key, fingerprint=self.fingerprint, status=response.status_code,
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
            body=zlib.compress(response.content, 1),
        )  # fmt: skip
