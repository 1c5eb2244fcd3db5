"""Who acts, built once a request: levels of the role and the teams that the level "team" reaches, in one query."""

import json
from typing import Any
from uuid import UUID

from django.db import connection

from identity.levels import effective_levels
from identity.models import Role, User
from kernel.access import Actor
from kernel.context import Tenant

#: The person's own team, the teams they lead, and everything below these. UNION (not ALL) ends a loop in the tree.
_REACH = """
WITH RECURSIVE reach AS (
  SELECT id FROM identity_team WHERE deleted_at IS NULL AND (id = %(team)s OR manager_id = %(user)s)
  UNION
  SELECT t.id FROM identity_team t JOIN reach ON t.parent_id = reach.id WHERE t.deleted_at IS NULL
)
SELECT r.key, r.levels, r.is_builtin, ARRAY(SELECT id::text FROM reach) FROM identity_role r WHERE r.id = %(role)s
"""


def actor_for(user: User, tenant: Tenant) -> Actor:
    """The actor a signed-in person is in this workspace. Operators and people without a role hold no permission."""
    if tenant.is_public or user.role_id is None or not user.is_active:
        return Actor(user_id=user.pk, label=str(user))
    role, teams = _reach(user)
    return Actor(
        user_id=user.pk,
        label=str(user),
        levels=effective_levels(role),
        team_ids=teams,
        engines=tenant.engines,
    )


def _reach(user: User) -> tuple[Role | None, frozenset[UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"team": user.team_id, "user": user.pk, "role": user.role_id})
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None, frozenset()
    key, levels, is_builtin, teams = row
    levels = json.loads(levels) if isinstance(levels, str) else levels
    return Role(key=key, levels=levels, is_builtin=is_builtin), frozenset(UUID(team) for team in teams)
