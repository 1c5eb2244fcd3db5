"""What administrators do with people: roles, teams, leaving and coming back."""

from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from identity.models import Role, Team, User, UserRole
from identity.services.writing import change_user, lock_user, tell
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.context import get_tenant
from kernel.errors import Denied, Invalid
from kernel.records import bulk_update
from kernel.registry import Entity, registry

MANAGE = "identity.user.manage"


def guard_last_admin(user: User) -> None:
    """Somebody must be able to put things right again. The lock makes two who leave at once wait for each other."""
    further = UserRole.objects.filter(role__key=Role.ADMIN).values("user_id")
    admins = User.objects.select_for_update(of=("self",)).filter(
        Q(role__key=Role.ADMIN) | Q(pk__in=further), state=User.State.ACTIVE
    )
    if user.is_active and user.is_admin and not [one for one in admins.order_by("pk") if one.pk != user.pk]:
        raise Invalid.one(
            "", "last_admin", _("This is the only administrator. Make somebody else administrator first.")
        )


def may_grant(actor: Actor, role: Role) -> bool:
    """Only administrators make administrators, and only they touch those who are."""
    return not role.is_admin or actor.system or actor.may("identity.role.manage")


def require_over(actor: Actor, user: User) -> None:
    """Managing people is not managing administrators, unless one is at that height oneself."""
    require(actor, MANAGE)
    if user.is_admin and not may_grant(actor, Role(key=Role.ADMIN)):
        raise Denied(_("Only an administrator may change an administrator."))


@transaction.atomic
def set_role(*, actor: Actor, user: User, role: Role) -> User:
    user = lock_user(user)
    require_over(actor, user)
    if not may_grant(actor, role):
        raise Denied(_("Only an administrator may make somebody administrator."))
    if not role.is_admin and not user.further_roles.filter(role__key=Role.ADMIN).exists():
        guard_last_admin(user)
    user.further_roles.filter(role=role).delete()
    change_user(user, actor=actor, role=role)
    return user


@transaction.atomic
def set_further_roles(*, actor: Actor, user: User, roles: Iterable[Role]) -> User:
    """The roles that somebody holds beside their main one; what all of them give adds up."""
    user = lock_user(user)
    require_over(actor, user)
    wanted = {role.pk: role for role in roles if role.pk != user.role_id}
    held = {one.role_id: one.role for one in user.further_roles.select_related("role")}
    changed = [role for pk, role in {**held, **wanted}.items() if (pk in held) != (pk in wanted)]
    if not all(may_grant(actor, role) for role in changed):
        raise Denied(_("Only an administrator may make somebody administrator."))
    loses = any(role.is_admin for role in held.values()) and not any(role.is_admin for role in wanted.values())
    if loses and not (user.role is not None and user.role.is_admin):
        guard_last_admin(user)
    user.further_roles.exclude(role_id__in=wanted).delete()
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for pk, role in wanted.items() if pk not in held)
    if changed:
        before, after = (sorted(role.label for role in some.values()) for some in (held, wanted))
        changes = {"roles": [", ".join(before) or None, ", ".join(after) or None]}
        record_act("account", actor=actor, entity="user", record=user, changes=changes)
        tell("identity.user_changed", {"id": str(user.pk), "entity": "user", "changes": changes})
    return user


@transaction.atomic
def set_team(*, actor: Actor, user: User, team: Team | None) -> User:
    user = lock_user(user)
    require_over(actor, user)
    change_user(user, actor=actor, team=team)
    return user


@transaction.atomic
def deactivate_user(*, actor: Actor, user: User, to: User | None = None) -> User:
    """Close somebody's way in at once, tokens and sessions included; records pass to `to` when given."""
    user = lock_user(user)
    require_over(actor, user)
    if user.pk == actor.user_id:
        raise Invalid.one("", "yourself", _("You cannot deactivate yourself. Ask another administrator."))
    guard_last_admin(user)
    if to is not None:
        hand_over(actor=actor, user=user, to=to)
    change_user(user, actor=actor, state=User.State.DEACTIVATED)
    user.tokens.all().delete()
    end_sessions(user)
    tell("identity.user_deactivated", {"id": str(user.pk), "handed_to": str(to.pk) if to else None})
    return user


@transaction.atomic
def reactivate_user(*, actor: Actor, user: User) -> User:
    user = lock_user(user)
    require_over(actor, user)
    if user.state != User.State.DEACTIVATED:
        raise Invalid.one("", "not_deactivated", _("This person is not deactivated."))
    back = User.State.ACTIVE if user.has_usable_password() else User.State.PLACEHOLDER
    change_user(user, actor=actor, state=back)
    return user


@transaction.atomic
def hand_over(*, actor: Actor, user: User, to: User) -> int:
    """Make `to` the owner of everything `user` owns, in every engine that is on; says how many records."""
    require(actor, MANAGE)
    if to.pk == user.pk or not to.is_active:
        raise Invalid.one("to", "bad_receiver", _("Choose another active person."))
    moved = 0
    for entity in owned_entities():
        records = entity.records().filter(**{f"{entity.owner}_id": user.pk})
        if records.exists():
            moved += bulk_update(entity, records, actor=actor, values={entity.owner: to}).changed
    record_act("handed_over", actor=actor, entity="user", record=user, changes={"owner": [str(user.pk), str(to.pk)]})
    return moved


def owned_entities() -> Iterable[Entity]:
    """Entities of this workspace whose records have somebody responsible."""
    tenant = get_tenant()
    engines = tenant.engines if tenant else frozenset()
    return [entity for entity in registry.entities_of(engines) if entity.has_owner]


def end_sessions(user: User, *, but: str = "") -> int:
    """Sign somebody out everywhere, or everywhere else."""
    from allauth.usersessions.models import UserSession

    keys = list(UserSession.objects.filter(user=user).exclude(session_key=but).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    return len(keys)
