"""What a generic write (page, API, import) must not do to people and teams: nobody raises themselves by a back door.

Run by kernel.records before every save, without queries. Roles and states change through identity.services only.
"""

from django.utils.translation import gettext_lazy as _

from identity.models import Team, Territory, User
from kernel.access import Actor
from kernel.errors import Invalid

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


def prepare_territory(record: Territory, changed: set[str], actor: Actor) -> None:
    """Whoever serves a territory reaches what lies below it: moving one is managing people."""
    if not record._state.adding and "parent" in changed and not actor.may(MANAGE):
        raise Invalid.one("", "denied", _("Only who manages people may change a territory's place in the tree."))
