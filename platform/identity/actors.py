"""Who acts, built once a request: roles, teams, territories and record types, in one query."""

import json
from typing import Any
from uuid import UUID

from django.db import connection

from identity.levels import effective_levels, field_levels, highest
from identity.models import Role, User
from kernel.access import Actor, HeldRole, TypeHere
from kernel.context import Tenant

#: `mine`: the person's own team and the teams they lead. UNION (not ALL) ends a loop in a tree.
_REACH = """
WITH RECURSIVE mine AS (
  SELECT id, parent_id FROM identity_team WHERE deleted_at IS NULL AND (id = %(team)s OR manager_id = %(user)s)
), below AS (
  SELECT id FROM mine
  UNION
  SELECT t.id FROM identity_team t JOIN below ON t.parent_id = below.id WHERE t.deleted_at IS NULL
), above AS (
  SELECT id, parent_id FROM mine
  UNION
  SELECT t.id, t.parent_id FROM identity_team t JOIN above ON t.id = above.parent_id WHERE t.deleted_at IS NULL
), land AS (
  SELECT t.id FROM identity_territory t JOIN identity_territorymember m ON m.territory_id = t.id
  WHERE m.user_id = %(user)s AND t.deleted_at IS NULL
  UNION
  SELECT t.id FROM identity_territory t JOIN land ON t.parent_id = land.id WHERE t.deleted_at IS NULL
), held AS (
  SELECT id, key, name, levels, is_builtin, fields, masked_reveal FROM identity_role
  WHERE id = %(role)s OR id IN (SELECT role_id FROM identity_userrole WHERE user_id = %(user)s)
)
SELECT (SELECT json_agg(held) FROM held), ARRAY(SELECT id::text FROM mine), ARRAY(SELECT id::text FROM below),
  ARRAY(SELECT id::text FROM above), ARRAY(SELECT id::text FROM land),
  EXISTS (
    SELECT 1 FROM kernel_share WHERE to_id = %(user)s OR to_id IN (SELECT id FROM above)
    OR to_id IN (SELECT id FROM held)
  ),
  (
    SELECT json_agg(r) FROM (
      SELECT id, entity, key, names, is_active, is_default, team_id,
        team_id IS NULL OR team_id IN (SELECT id FROM above) AS open
      FROM kernel_record_type ORDER BY entity, position, id
    ) r
  ), EXISTS (SELECT 1 FROM identity_territory WHERE deleted_at IS NULL),
  (
    SELECT since + grace_days * interval '1 day' FROM identity_secondsteprule
    WHERE (who = 'everybody' OR (who = 'admins' AND EXISTS (SELECT 1 FROM held WHERE key = 'admin')))
    AND NOT EXISTS (
      SELECT 1 FROM mfa_authenticator WHERE user_id = %(user)s AND type IN ('totp', 'webauthn')
    )
  )
"""


def actor_for(user: User, tenant: Tenant) -> Actor:
    """The actor a signed-in person is in this workspace. Operators and people without a role hold no permission."""
    if tenant.is_public or not user.is_active:
        return Actor(user_id=user.pk, label=str(user))
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"team": user.team_id, "user": user.pk, "role": user.role_id})
        roles, mine, below, above, land, sharing, types, territories, secure_by = cursor.fetchone()
    held = [(role, effective_levels(role)) for role in map(_role, _read(roles))]
    fields, reveals = field_levels(held)
    admin = any(role.is_admin for role, _levels in held)
    return Actor(
        user_id=user.pk, label=str(user), levels=highest(levels for _role, levels in held), engines=tenant.engines,
        team_ids=_ids(below), own_team_ids=_ids(mine), unit_ids=_ids(above), territory_ids=_ids(land),
        role_ids=frozenset(role.pk for role, _levels in held), admin=admin, sharing=sharing,
        roles=tuple(HeldRole(role.pk, role.label, levels) for role, levels in held),
        types=tuple(_type(one, admin) for one in _read(types)), fields=fields, reveals=reveals,
        has_territories=territories, secure_by=secure_by,
    )  # fmt: skip


def _read(rows: Any) -> list[dict[str, Any]]:
    return (json.loads(rows) if isinstance(rows, str) else rows) or []


def _ids(texts: list[str]) -> frozenset[UUID]:
    return frozenset(UUID(text) for text in texts)


def _role(row: dict[str, Any]) -> Role:
    return Role(**{**row, "id": UUID(row["id"])})


def _type(row: dict[str, Any], admin: bool) -> TypeHere:
    return TypeHere(
        UUID(row["id"]), row["entity"], row["key"], row["names"], row["is_active"], row["is_default"],
        UUID(row["team_id"]) if row["team_id"] else None, admin or row["open"],
    )  # fmt: skip
