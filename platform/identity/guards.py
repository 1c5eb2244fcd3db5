"""What a generic write (page, API, import) must not do to people and teams: nobody raises themselves by a back door.

Run by kernel.records before every save, without queries unless something is moved in its tree. Roles and states change
through identity.services only.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from identity.models import Team, Territory, User
from kernel.access import Actor
from kernel.context import get_tenant
from kernel.errors import Invalid, Text
from kernel.grounds import has_column
from kernel.registry import Entity, registry

MANAGE = "identity.user.manage"


def prepare_user(record: User, changed: set[str], actor: Actor) -> None:
    """A new person is a name without a way in; who signs in keeps the e-mail; teams decide what one sees."""
    if record.email is not None:
        record.email = record.email.strip().lower() or None
    if record._state.adding:
        record.state = User.State.PLACEHOLDER
        record.role_id = None
        record.set_unusable_password()
        return
    if "email" in changed and record.state != User.State.PLACEHOLDER:
        raise Invalid.one(
            "email", "denied", _("People who sign in change their e-mail themselves, in their own settings.")
        )
    if "team" in changed and not actor.may(MANAGE):
        raise Invalid.one("team", "denied", _("Only who manages people may move someone to another team."))


def prepare_team(record: Team, changed: set[str], actor: Actor) -> None:
    """Whoever leads a team, or a team above it, reaches its records: moving either is managing people."""
    if not record._state.adding and changed & {"parent", "manager"} and not actor.may(MANAGE):
        raise Invalid.one("", "denied", _("Only who manages people may change a team's lead or its place in the tree."))
    if not record._state.adding and "parent" in changed:
        _refuse_circle(record, _("A team cannot stand below itself. Choose another one."))


def prepare_territory(record: Territory, changed: set[str], actor: Actor) -> None:
    """Whoever serves a territory reaches what lies below it: moving one is managing people."""
    if not record._state.adding and "parent" in changed:
        if not actor.may(MANAGE):
            raise Invalid.one("", "denied", _("Only who manages people may change a territory's place in the tree."))
        _refuse_circle(record, _("A territory cannot be part of itself. Choose another one."))


def _refuse_circle(record: Team | Territory, message: Text) -> None:
    """Climb from the new parent: nobody may come by themselves. Asks the database, but only when somebody is moved."""
    seen = set()
    above = record.parent_id
    while above is not None and above not in seen:
        if above == record.pk:
            raise Invalid.one("parent", "circle", message)
        seen.add(above)
        above = type(record)._base_manager.filter(pk=above).values_list("parent_id", flat=True).first()


def refuse_used_teams(records: Sequence[Team], actor: Actor) -> None:
    """A team with people or teams in it would leave them without a place."""
    going = [one.pk for one in records]
    teams = Team.objects.filter(parent__in=going).exclude(pk__in=going)
    if teams.exists() or User.objects.filter(team__in=going).exists():
        raise Invalid.one("", "in_use", _("Move the people and teams in it somewhere else first."))


def refuse_used_territories(records: Sequence[Territory], actor: Actor) -> None:
    """What lies in a territory would lie nowhere, and nobody would see it by its place any more."""
    going = [one.pk for one in records]
    if Territory.objects.filter(parent__in=going).exclude(pk__in=going).exists():
        raise Invalid.one("", "in_use", _("Territories are part of it. Move or delete these first."))
    held = [kind.label_plural for kind in placed_entities() if kind.records().filter(territory_id__in=going).exists()]
    if held:
        text = _("Records lie in it: {things}. Move them to another territory first, by editing them in bulk.")
        raise Invalid.one("", "in_use", text.format(things=", ".join(map(str, held))))


def placed_entities() -> list[Entity]:
    """Entities of this workspace whose records can lie in a territory."""
    tenant = get_tenant()
    found = registry.entities_of(tenant.engines if tenant else frozenset())
    return [kind for kind in found if kind.engine != "identity" and has_column(kind, "territory_id")]
