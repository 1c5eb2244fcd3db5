"""Who may sign in after a workspace has moved to another schema.

An archive holds no secrets, so these come from the workspace as it is: whoever is in both keeps password, passkeys,
tokens and devices, and stays signed in; whoever was deactivated meanwhile stays out. What a person is (name, address,
role, team) comes from the archive. Whoever restores is always let in, as administrator: as the archive's person of
that id, else of that e-mail, else as one more person.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from identity.models import Role, User
from identity.services.roles import seed_roles
from identity.sessions import KEY
from kernel.context import Tenant, tenant_context
from tenants import sql
from tenants.archive.contents import tables_here

#: Tables of secrets with a `user_id`.
_KEPT = ("mfa_authenticator", "identity_apitoken", "usersessions_usersession")
_PAIRS = "unnest(%s::uuid[], %s::uuid[]) AS pair (old, new)"

Pairs = dict[UUID, UUID]


def carry_people(old: Tenant, new: Tenant, restorer: UUID) -> UUID:
    """Take the secrets of people over from one schema into another, in the caller's transaction; who the restorer is
    there. Both are bound with the operator's rights: no workspace's own reach two schemas."""
    with tenant_context(new):
        seed_roles()
        pairs = _pairs(old, new, restorer)
        if restorer not in pairs:
            pairs[restorer] = _bring(old, new, restorer)
        _take_state(old, new, pairs)
        for table in _KEPT:
            _take_rows(old, new, table, pairs)
        _let_in(pairs[restorer])
    _take_sessions(old, new, pairs)
    return pairs[restorer]


def _pairs(old: Tenant, new: Tenant, restorer: UUID) -> Pairs:
    o, n = sql.quoted(old.schema), sql.quoted(new.schema)
    found = sql.rows(f"SELECT o.id FROM {o}.identity_user o JOIN {n}.identity_user n ON n.id = o.id")  # noqa: S608 — quoted names
    pairs = {row[0]: row[0] for row in found}
    if restorer not in pairs:
        same = sql.rows(
            f"SELECT n.id FROM {o}.identity_user o JOIN {n}.identity_user n ON lower(n.email) = lower(o.email)"  # noqa: S608 — quoted names
            " WHERE o.id = %s AND n.id <> ALL(%s::uuid[])",
            [restorer, list(pairs)],
        )
        pairs |= {restorer: same[0][0]} if same else {}
    return pairs


def _bring(old: Tenant, new: Tenant, person: UUID) -> UUID:
    """One more person, with nothing but the name: their role and team are of another workspace."""
    o = sql.quoted(old.schema)
    columns = "id, version, created_at, updated_at, email, name, title, phone, language, calendar, digits, time_zone"
    more = "theme, density, password, state"
    sql.run(
        f"INSERT INTO identity_user ({columns}, {more}) SELECT {columns}, {more} FROM {o}.identity_user WHERE id = %s",  # noqa: S608 — quoted names
        [person],
    )
    sql.run(
        'INSERT INTO account_emailaddress (email, verified, "primary", user_id)'  # noqa: S608 — quoted names
        f' SELECT email, verified, "primary", user_id FROM {o}.account_emailaddress a WHERE user_id = %s'
        " AND NOT EXISTS (SELECT 1 FROM account_emailaddress b WHERE lower(b.email) = lower(a.email))",
        [person],
    )
    return person


def _take_state(old: Tenant, new: Tenant, pairs: Pairs) -> None:
    """Password and state. An address only where the archive has none: a name that was invited since."""
    o = sql.quoted(old.schema)
    sql.run(
        "UPDATE identity_user n SET password = o.password, state = o.state, last_login = o.last_login,"  # noqa: S608 — quoted names
        " email = COALESCE(n.email, (SELECT o.email WHERE NOT EXISTS"
        " (SELECT 1 FROM identity_user x WHERE lower(x.email) = lower(o.email))))"
        f" FROM {o}.identity_user o JOIN {_PAIRS} ON o.id = pair.old WHERE n.id = pair.new",
        _arrays(pairs),
    )


def _take_rows(old: Tenant, new: Tenant, table: str, pairs: Pairs) -> None:
    sql.run(f"DELETE FROM {table} WHERE user_id = ANY(%s::uuid[])", [list(pairs.values())])  # noqa: S608 — our own names
    columns = sorted(_columns(old, table) & _columns(new, table) - {"user_id"})
    names = ", ".join(f'"{column}"' for column in columns)
    theirs = ", ".join(f'o."{column}"' for column in columns)
    sql.run(
        f"INSERT INTO {table} ({names}, user_id) SELECT {theirs}, pair.new"  # noqa: S608 — as above
        f" FROM {sql.quoted(old.schema)}.{table} o JOIN {_PAIRS} ON o.user_id = pair.old",
        _arrays(pairs),
    )


def _columns(tenant: Tenant, table: str) -> set[str]:
    """Its columns but the one that numbers itself: numbers are each schema's own."""
    with tenant_context(tenant), connection.cursor() as cursor:
        found = next(one for one in tables_here(cursor) if one.name == table)
    return {column for column in found.columns if column != found.identity}


def _arrays(pairs: Pairs) -> list[Any]:
    return [list(pairs), list(pairs.values())]


def _let_in(person: UUID) -> None:
    admin = Role.everything.get(key=Role.ADMIN)
    User.everything.filter(pk=person).update(state=User.State.ACTIVE, role=admin, deleted_at=None)


def _take_sessions(old: Tenant, new: Tenant, pairs: Pairs) -> None:
    """A session names its schema and its person: both are written anew."""
    with tenant_context(old):
        living = list(Session.objects.filter(expire_date__gt=timezone.now()))
    store, moved = SessionStore(), []
    for session in living:
        data = store.decode(session.session_data)
        person = data.get(SESSION_KEY)
        if person and UUID(person) in pairs:
            data |= {SESSION_KEY: str(pairs[UUID(person)]), KEY: new.schema}
            moved.append(Session(session.session_key, store.encode(data), session.expire_date))
    with tenant_context(new):
        Session.objects.filter(session_key__in=[session.session_key for session in moved]).delete()
        Session.objects.bulk_create(moved, batch_size=1000)
