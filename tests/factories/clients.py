"""Clients that are signed in on a workspace's host, as a page's reader or as a program."""

from typing import Any

from django.db import transaction
from django.test import Client

from identity.models import User
from identity.services.tokens import issue_token
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context


class Api(Client):
    """Sends JSON unless told otherwise."""

    def generic(
        self, method: str, path: Any, data: Any = "", content_type: str | None = None, secure: bool = False, **kw: Any
    ) -> Any:
        return super().generic(method, path, data, content_type or "application/json", secure, **kw)

    def post(self, path: str, data: Any = None, content_type: str = "application/json", **kw: Any) -> Any:  # type: ignore[override]  # the default is the point
        return super().post(path, data if data is not None else {}, content_type=content_type, **kw)


def page_client(user: User | None, tenant: Tenant) -> Client:
    """A browser at this workspace; signed in unless `user` is None."""
    client = Client(HTTP_HOST=tenant.host)
    if user is not None:
        with tenant_context(tenant), transaction.atomic():
            client.force_login(user)
    return client


def api_client(user: User | None, tenant: Tenant, *, host: str = "") -> Api:
    """A program at this workspace, with a token of this person's own."""
    headers: dict[str, Any] = {"HTTP_HOST": host or tenant.host}
    if user is not None:
        with tenant_context(tenant), transaction.atomic():
            _token, secret = issue_token(actor=system_actor("test"), user=user, name="test")
        headers["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return Api(**headers)
