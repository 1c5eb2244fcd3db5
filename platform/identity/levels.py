"""From roles to levels: what each permission code, and each field, is worth to whoever holds these roles."""

from collections.abc import Iterable, Mapping

from identity.models import Role
from kernel.registry import FIELD_LEVELS, LEVELS, registry

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


def highest(several: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """What several roles give together: of each code the highest level."""
    each = list(several)
    if len(each) == 1:
        return each[0]
    found: dict[str, str] = {}
    for levels in each:
        for code, level in levels.items():
            if LEVELS.index(level) > LEVELS.index(found.get(code, "none")):
                found[code] = level
    return found


def field_levels(held: Iterable[tuple[Role, Mapping[str, str]]]) -> tuple[dict[str, str], frozenset[str]]:
    """Levels of fields below "edit", and which masked ones may be revealed.

    The most permissive role wins, among those that show the entity at all: a role that has nothing to do with contacts
    says nothing about their e-mail.
    """
    holders = list(held)
    if any(role.is_admin for role, _levels in holders):
        return {}, frozenset()
    codes = {code for role, _levels in holders for code in role.fields}
    levels: dict[str, str] = {}
    reveals = set()
    for code in codes:
        entity, _dot, _name = code.rpartition(".")
        given = [
            (_known_field(role.fields.get(code, "edit")), role)
            for role, own in holders
            if own.get(f"{entity}.view", "none") != "none"
        ]
        level = max((level for level, _role in given), key=FIELD_LEVELS.index, default="hidden")
        if level != "edit":
            levels[code] = level
        if level == "masked" and any(one == "masked" and role.masked_reveal for one, role in given):
            reveals.add(code)
    return levels, frozenset(reveals)


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


def _known_field(level: str) -> str:
    return level if level in FIELD_LEVELS else "hidden"
