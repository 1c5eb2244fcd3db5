"""What the provider's operators may do about an organization's life. The console shows what is possible now."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.errors import NotFound, Text
from tenants.lifecycle import may_move, move, state_before_closing
from tenants.models import Organization
from tenants.states import State


@dataclass(frozen=True)
class Act:
    key: str
    label: Text
    reason: str
    about: Text
    #: The look of its button.
    kind: str = "line"


ACTS: Final = (
    Act(
        "activate", _("Activate"), "activated_by_provider",
        _("It is a paying customer from now on: everything works."),
    ),
    Act(
        "reopen", _("Reopen"), "reopened_by_provider",
        _("It goes on where it was before it was suspended."), kind="primary",
    ),
    Act(
        "suspend", _("Suspend"), "closed_by_provider",
        _("Nobody can work in it; its administrators can still download their data. Nothing is erased."), kind="error",
    ),
)  # fmt: skip


def acts_for(organization: Organization) -> list[Act]:
    """What an operator may do now."""
    return [act for act in ACTS if may_move(organization.state, _target(act, organization), act.reason)]


def act_on(organization: Organization, key: str, *, actor: Actor) -> Organization:
    """Do it; the move itself refuses what is not possible (any more)."""
    act = next((act for act in ACTS if act.key == key), None)
    if act is None:
        raise NotFound()
    return move(organization, _target(act, organization), reason=act.reason, actor=actor)


def _target(act: Act, organization: Organization) -> State:
    targets = {"activate": State.ACTIVE, "suspend": State.SUSPENDED}
    return targets.get(act.key) or state_before_closing(organization)
