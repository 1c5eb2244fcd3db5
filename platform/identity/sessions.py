"""A session belongs to the workspace in which it began, and says so itself.

Sessions live in the workspace's schema, so a foreign cookie finds nothing anyway. The name inside is a second lock,
for a session row that was copied, restored into another schema or kept in a store that all workspaces share.
"""

from typing import Any

from kernel.context import PUBLIC, Tenant, get_tenant

KEY = "workspace"
UNCONFIRMED = "unconfirmed"


def bind_session(session: Any) -> None:
    tenant = get_tenant()
    session[KEY] = tenant.schema if tenant else PUBLIC


def belongs_here(session: Any, tenant: Tenant) -> bool:
    return bool(session.get(KEY) == tenant.schema)


def note_confirmation(session: Any, *, confirmed: bool) -> None:
    """Whether the strip "confirm your e-mail" is due: kept in the session, so that no page asks the database for it."""
    if confirmed:
        session.pop(UNCONFIRMED, None)
    else:
        session[UNCONFIRMED] = True
