"""From roles to levels: what each permission code is worth to whoever holds a role."""

from collections.abc import Mapping

from identity.models import Role
from kernel.registry import LEVELS, registry

#: Nobody holds these, not even administrators. People are deactivated, never deleted: records and history need them.
#: Roles change through identity.services alone, under identity.role.manage.
NEVER = frozenset(
    {"identity.user.delete", *(f"identity.role.{action}" for action in ("add", "change", "delete", "import"))}
)


def effective_levels(role: Role | None) -> Mapping[str, str]:
    """Levels by permission code. What a built-in role does not mention has the default its engine declares."""
    if role is None:
        return {}
    permissions = registry.permissions
    if role.is_admin:
        return {code: "all" for code in permissions if code not in NEVER}
    return {
        code: _known(role.levels.get(code) or permission.levels.get(role.key if role.is_builtin else "", "none"))
        for code, permission in permissions.items()
        if code not in NEVER
    }


def default_levels(key: str) -> dict[str, str]:
    """What a built-in role starts with, as the installed engines declare it."""
    return {
        code: permission.levels.get(key, "none")
        for code, permission in registry.permissions.items()
        if code not in NEVER
    }


def _known(level: str) -> str:
    """A level this release does not know gives nothing."""
    return level if level in LEVELS else "none"
