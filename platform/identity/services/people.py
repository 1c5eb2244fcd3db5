"""What administrators do with people: their roles and their team."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from identity.models import Role, Team, User, UserRole
from identity.services.writing import change_user, lock_user, tell
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.errors import Denied, Invalid

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
