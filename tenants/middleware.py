"""From the host to a workspace, and one transaction around everything that a request does there."""

import logging
import re
import sys
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from typing import Any, Final

import redis
from django.core.exceptions import DisallowedHost
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse

from kernel.context import PUBLIC_TENANT, Tenant, door, tenant_context
from kernel.ids import uuid7
from tenants import health, hosts
from tenants.refusals import bad_host, closed_workspace, quarantined_workspace, unavailable, unknown_workspace

log = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponseBase]

#: The database or the shared cache: without either there is no page, and both come back by themselves.
_GONE: Final = (OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
HEADER: Final = "X-Request-ID"
#: What a suspended workspace still has: signing in, its own data and the way back. Who may, their own views decide.
OPEN_WHEN_CLOSED: Final = ("/auth/", "/settings/closing/", "/settings/data/", "/api/v1/workspace/archives/")


class WorkspaceMiddleware:
    """Sets request.tenant and request.urlconf; commits below status 500 and rolls everything back from there on."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        got_request_exception.connect(_note_lost_database, dispatch_uid="tenants.lost_database")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request.request_id = given if _REQUEST_ID.match(given) else uuid7().hex  # type: ignore[attr-defined]  # ours
        response = self._answer(request)
        response[HEADER] = request.request_id  # type: ignore[attr-defined]  # ours
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in health.PATHS:
            return health.answer(request)
        try:
            host = hosts.bare(request.get_host())
        except DisallowedHost:
            return bad_host(request)
        try:
            response = self._serve(request, host)
        except _GONE:
            log.exception("The database or the cache went away during %s %s", request.method, request.path)
            request.database_lost = True  # type: ignore[attr-defined]  # ours
        if getattr(request, "database_lost", False):
            _drop_connection()
            return unavailable(request)
        return response

    def _serve(self, request: HttpRequest, host: str) -> HttpResponseBase:
        source = "api" if request.path.startswith("/api/") else "web"
        with door(source, ip=request.META.get("REMOTE_ADDR") or None, request_id=request.request_id):  # type: ignore[attr-defined, arg-type]  # ours; one of two literals
            if hosts.is_public(host):
                return self._inside(request, PUBLIC_TENANT, "config.urls_public")
            if hosts.is_console(host):
                return self._inside(request, PUBLIC_TENANT, "config.urls_console")
            with tenant_context(PUBLIC_TENANT):
                organization = hosts.organization_at(host)
            if organization is None:
                return unknown_workspace(request, host)
            request.organization = organization  # type: ignore[attr-defined]  # ours
            enter = organization.meaning.enter
            if enter == "nobody":
                return unknown_workspace(request, host)
            if enter == "admins" and not request.path.startswith(OPEN_WHEN_CLOSED):
                return closed_workspace(request, organization)
            if organization.quarantined_at:
                return quarantined_workspace(request, organization)
            return self._inside(request, organization.as_tenant(), "config.urls_workspace")

    def _inside(self, request: Any, tenant: Tenant, urlconf: str) -> HttpResponseBase:
        request.tenant = tenant
        request.urlconf = urlconf
        with tenant_context(tenant), transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _bound(response.streaming_content, tenant)
        return response


def _bound(content: Any, tenant: Tenant) -> Iterator[bytes]:
    """A stream is read after the request's transaction: it gets one of its own, in the same workspace.

    Each piece is made in a context of the stream's own: a ContextVar that a generator sets would otherwise hold for
    whoever reads it, and for the next stream that is read in turns with this one.
    """
    context = copy_context()
    stream = _in_transaction(content, tenant)
    try:
        while (piece := context.run(next, stream, None)) is not None:
            yield piece
    finally:
        context.run(stream.close)


def _in_transaction(content: Any, tenant: Tenant) -> Generator[bytes, None, None]:
    with tenant_context(tenant), transaction.atomic():
        yield from content


def _note_lost_database(sender: Any, request: Any = None, **_: Any) -> None:
    """Views' exceptions are answers by the time they reach the middleware; this keeps what kind they were."""
    if isinstance(sys.exc_info()[1], _GONE) and request is not None:
        request.database_lost = True


def _drop_connection() -> None:
    """A broken connection is not tried again: the next request makes a new one."""
    if not connection.in_atomic_block:
        connection.close()
