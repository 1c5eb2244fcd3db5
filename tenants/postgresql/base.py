"""django-tenants' backend with one binding per transaction.

The workspace is `kernel.context`'s, never an attribute of the connection. The first statement of a transaction sets
search_path and role for that transaction only (`set_config(…, true)`), so a pooler that hands the connection on at
COMMIT, or the next request on a kept one, starts from the operator's own path again: public. A workspace's statement
outside a transaction is refused, since nothing would bind it.

Two locks, either of which holds alone. A workspace's path holds its schema and `ext` (extensions and functions), not
public: an absent table is an error, never somebody else's table. And its role (see tenants/roles.py) has rights in its
own schema only, so the database refuses a table that wrong code names in full.

A backend keeps what it learned of every workspace's tables for as long as it lives, so a connection that has seen many
is closed at the end of a request or task; Django's CONN_MAX_AGE closes the old ones.

Server-side cursors outlive a statement, so `DISABLE_SERVER_SIDE_CURSORS` stays on; inside `atomic` they would be bound
like any other.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.introspection import DatabaseIntrospection
from django_tenants.postgresql_backend.base import DatabaseWrapper as LibraryWrapper
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from kernel.context import PUBLIC, PUBLIC_TENANT, Tenant, get_tenant, tenant_context

#: Schema and role that a transaction is bound to. The role "none" is who logged in: the operator.
Binding = tuple[str, str]
OPERATOR = "none"
UNBOUND: Binding = (PUBLIC, OPERATOR)
#: After a savepoint's rollback nobody knows which setting survived.
UNKNOWN: Binding = ("", "")


class UnboundStatement(RuntimeError):
    """A statement for a workspace where nothing can bind it."""


class DatabaseWrapper(LibraryWrapper):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        #: What the open transaction is bound to. Every transaction starts in public, as the operator.
        self._bound = UNBOUND
        #: Workspaces that the backend knows the tables of by now.
        self._seen: set[str] = set()
        super().__init__(*args, **kwargs)
        # The library's own leaves a session-wide search_path behind; with ours, Django's sees one schema anyway.
        self.introspection = DatabaseIntrospection(self)
        self.execute_wrappers.append(self._bind_and_execute)

    @property
    def tenant(self) -> Tenant:
        return get_tenant() or PUBLIC_TENANT

    @tenant.setter
    def tenant(self, value: object) -> None:
        """The library's constructor writes it; `kernel.context` is what counts."""

    @property
    def schema_name(self) -> str:
        return self.tenant.schema

    @schema_name.setter
    def schema_name(self, value: object) -> None:
        """As above."""

    def set_tenant(self, *_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("A connection has no tenant. Use kernel.context.tenant_context().")

    def set_schema_to_public(self) -> None:
        """The library's constructor calls it; public is what holds where nothing is bound."""

    def _bind_and_execute(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self._handle_search_path()
        return execute(sql, params, many, context)

    def _handle_search_path(self, _cursor: Any = None) -> None:
        """Called by the library for every new cursor and by us for every statement: mostly, one comparison."""
        tenant = self.tenant
        wanted = (tenant.schema, OPERATOR if tenant.operator or tenant.is_public else tenant.schema)
        if wanted == self._bound:
            return
        schema, role = wanted
        if self.autocommit:
            raise UnboundStatement(f"A statement for {schema!r} outside a transaction. Use transaction.atomic().")
        if self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            return  # only the rollback that comes now can work, and it must
        path = f'"{schema}", ext' if schema != PUBLIC else f"{PUBLIC}, ext"
        with self.wrap_database_errors, self.connection.cursor() as own:
            own.execute("SELECT set_config('search_path', %s, true), set_config('role', %s, true)", [path, role])
        self._bound = wanted
        self._seen.add(schema)

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)
        finally:
            self._bound = UNKNOWN

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._bound = UNBOUND

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._bound = UNBOUND

    def close_if_unusable_or_obsolete(self) -> None:
        """Django asks before and after every request, Celery around every task."""
        if len(self._seen) > settings.CONNECTION_WORKSPACES:
            self.close()
        super().close_if_unusable_or_obsolete()

    def connect(self) -> None:
        self._bound = UNBOUND
        self._seen.clear()
        # The connection asks the server's version and sets itself up before any transaction can be open.
        with tenant_context(PUBLIC_TENANT):
            super().connect()
