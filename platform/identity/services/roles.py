"""Roles are data: built-in ones start with what engines declare, and administrators change them."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from identity.levels import NEVER, default_levels
from identity.models import BUILTIN_ROLES, Role, User
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.errors import Invalid
from kernel.registry import FIELD_LEVELS, LEVELS, registry

MANAGE = "identity.role.manage"


@transaction.atomic
def seed_roles() -> None:
    """Make the built-in roles and add what newly installed or switched-on engines declare; edited levels stay."""
    kept = {role.key: role for role in Role.everything.filter(is_builtin=True)}
    for key, (name, _about) in BUILTIN_ROLES.items():
        wanted = {} if key == Role.ADMIN else default_levels(key)
        role = kept.get(key)
        if role is None:
            Role.everything.bulk_create(
                [Role(key=key, name=str(name), levels=wanted, is_builtin=True)], ignore_conflicts=True
            )
        elif wanted.keys() - role.levels.keys():
            role.levels = {**wanted, **role.levels}
            role.save(update_fields=["levels"])


@transaction.atomic
def save_role_levels(*, actor: Actor, role: Role, levels: Mapping[str, str]) -> Role:
    """Set levels by code; codes not given stay. Nobody gives more than they hold themselves."""
    require(actor, MANAGE)
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.is_admin:
        raise Invalid.one("", "builtin", _("Administrators may do everything; that cannot be changed."))
    changes = {}
    for code, level in levels.items():
        _check_level(actor, role, code, level)
        before = role.levels.get(code, "none")
        if before != level:
            changes[code] = [before, level]
    if changes:
        role.levels = {**role.levels, **{code: new for code, (_old, new) in changes.items()}}
        role.version += 1
        role.save(update_fields=["levels", "version", "updated_at"])
        record_act("levels", actor=actor, entity="role", record=role, changes=changes)
    return role


def _check_level(actor: Actor, role: Role, code: str, level: str) -> None:
    if code not in registry.permissions or code in NEVER:
        raise Invalid.one(code, "unknown_permission", _("There is no such permission."))
    if level not in LEVELS:
        raise Invalid.one(code, "unknown_level", _("Choose one of the levels of the list."))
    held = LEVELS.index(actor.level(code)) if code.partition(".")[0] in _engines(actor) else len(LEVELS)
    if LEVELS.index(level) > max(held, LEVELS.index(role.levels.get(code, "none"))):
        raise Invalid.one(code, "beyond_own", _("You can only give what you may do yourself."))


def _engines(actor: Actor) -> frozenset[str]:
    return actor.engines | registry.always_on()


@transaction.atomic
def create_role(*, actor: Actor, name: str, description: str = "", like: Role | None = None) -> Role:
    """A role of the workspace's own, starting as a copy of another or with nothing."""
    require(actor, MANAGE)
    name = name.strip()
    if not name:
        raise Invalid.one("name", "required", _("Give the role a name."))
    if Role.objects.filter(name__iexact=name).exists():
        raise Invalid.one("name", "taken", _("There is a role of this name already."))
    levels = {} if like is None else dict(like.levels or default_levels(like.key))
    capped = {code: level for code, level in levels.items() if actor.may(code)}
    role = Role(name=name, key=_free_key(name), levels=capped, description=description.strip())
    if like is not None:
        role.fields, role.masked_reveal = dict(like.fields), like.masked_reveal
    role.created_by_id = actor.user_id
    role.save(force_insert=True)
    record_act("created", actor=actor, entity="role", record=role, changes={"name": [None, name]})
    return role


@transaction.atomic
def copy_role(*, actor: Actor, role: Role) -> Role:
    """A role that starts as this one, under a name that is still free."""
    label, number = role.label, 2
    while Role.objects.filter(name__iexact=f"{label} {number}").exists():
        number += 1
    if role.is_admin:
        raise Invalid.one("", "builtin", _("Administrators may do everything; there is nothing to copy."))
    return create_role(actor=actor, name=f"{label[:75]} {number}", description=str(role.explanation), like=role)


@transaction.atomic
def save_role_fields(
    *, actor: Actor, role: Role, fields: Mapping[str, str], masked_reveal: bool | None = None
) -> Role:  # fmt: skip
    """Say for single fields what holders may do with them, by code ("crm.contact.email"); codes not given stay."""
    require(actor, MANAGE)
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.is_admin:
        raise Invalid.one("", "builtin", _("Administrators may do everything; that cannot be changed."))
    changes: dict[str, list[object]] = {}
    for code, level in fields.items():
        check_field(code, level)
        before = role.fields.get(code, "edit")
        if FIELD_LEVELS.index(level) > FIELD_LEVELS.index(actor.fields.get(code, "edit")):
            raise Invalid.one(code, "beyond_own", _("You can only give what you may do yourself."))
        if before != level:
            changes[code] = [before, level]
    kept = {**role.fields, **{code: str(new) for code, (_old, new) in changes.items()}}
    role.fields = {code: level for code, level in kept.items() if level != "edit"}
    if masked_reveal is not None and masked_reveal != role.masked_reveal:
        if masked_reveal and actor.fields:
            raise Invalid.one("masked_reveal", "beyond_own", _("You can only give what you may do yourself."))
        changes["masked_reveal"] = [role.masked_reveal, masked_reveal]
        role.masked_reveal = masked_reveal
    if changes:
        role.version += 1
        role.save(update_fields=["fields", "masked_reveal", "version", "updated_at"])
        record_act("fields", actor=actor, entity="role", record=role, changes=changes)
    return role


def check_field(code: str, level: str) -> None:
    engine, _dot, rest = code.partition(".")
    name, _dot, field = rest.partition(".")
    entity = next((e for e in registry.entities if e.engine == engine and e.name == name), None)
    if entity is None or field not in entity.all_fields:
        raise Invalid.one(code, "unknown_field", _("There is no such field."))
    if level not in FIELD_LEVELS:
        raise Invalid.one(code, "unknown_level", _("Choose one of the levels of the list."))
    if level in ("hidden", "masked") and field in (entity.title, entity.owner):
        raise Invalid.one(code, "always_shown", _("A record's name and owner are always shown."))


def _free_key(name: str) -> str:
    stem = slugify(name, allow_unicode=False)[:50] or "role"
    taken = set(Role.everything.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(len(taken) + 1) if (key := stem if n == 0 else f"{stem}-{n + 1}") not in taken)


@transaction.atomic
def delete_role(*, actor: Actor, role: Role) -> None:
    require(actor, MANAGE)
    if role.is_builtin:
        raise Invalid.one("", "builtin", _("Built-in roles stay. You can change what they may do."))
    if User.everything.filter(role=role).exists() or role.further_holders.exists():
        raise Invalid.one("", "in_use", _("Someone still has this role. Give them another one first."))
    record_act("deleted", actor=actor, entity="role", record=role, changes={"name": [role.name, None]})
    role.delete()


def forget_permissions(codes: Collection[str]) -> None:
    """Take these out of every role: what they were about is gone for good, and must not come back by its name."""
    for role in Role.everything.filter(levels__has_any_keys=list(codes)).select_for_update():
        role.levels = {code: level for code, level in role.levels.items() if code not in codes}
        role.save(update_fields=["levels"])
