"""What an administrator may do about the end of their workspace: close it, and change their mind."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor, require
from kernel.errors import Invalid
from tenants.lifecycle import IllegalMove, last_suspension, move, state_before_closing
from tenants.models import Organization
from tenants.selectors import current_organization
from tenants.states import State

CLOSE = "tenants.organization.close"


@transaction.atomic
def close_workspace(*, actor: Actor, typed: str) -> Organization:
    """Nobody works in it any more, and when the grace is over it is erased. `typed` is its name."""
    require(actor, CLOSE)
    organization = current_organization()
    if _plain(typed) != _plain(organization.name):
        message = _("Type the workspace's name exactly, so that nothing is closed by mistake.")
        raise Invalid.one("typed", "mismatch", message)
    return move(organization, State.SUSPENDED, reason="closed_by_admin", actor=actor)


@transaction.atomic
def keep_workspace(*, actor: Actor) -> Organization:
    """Take the closing back: everything goes on where it was. Only what an administrator closed, one opens again."""
    require(actor, CLOSE)
    organization = current_organization()
    if not may_keep(organization):
        raise IllegalMove()
    return move(organization, state_before_closing(organization), reason="closing_withdrawn", actor=actor)


def may_keep(organization: Organization) -> bool:
    if organization.state not in (State.SUSPENDED, State.EXPORTED):
        return False
    last = last_suspension(organization)
    return last is not None and last.reason == "closed_by_admin"


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
