"""Teams: made, moved in the tree, put away. They are ordinary records, so the generic services write them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontend.views.access import permission
from identity.forms.people import TeamForm
from identity.models import Team
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from kernel.access import get_record_for
from kernel.errors import Invalid
from kernel.records import create_record, delete_record, update_record


@permission("identity.team.add")
@require_http_methods(["GET", "POST"])
def create(request: WorkspaceRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and accepted(
        form, lambda: create_record("team", actor=request.actor, values=form.cleaned_data)
    ):
        return _back(request, _("Saved"))
    return page(request, "identity/team.html", {"form": form})


@permission("identity.team.change")
@require_http_methods(["GET", "POST"])
def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    team: Team = get_record_for(request.actor, "team", pk, "change")
    start: dict[str, Any] = {name: getattr(team, name) for name in ("name", "parent", "manager", "region")}
    form = TeamForm(request.POST or None, team=team, initial=start)
    if request.method == "POST" and accepted(
        form, lambda: update_record("team", pk, actor=request.actor, values=form.cleaned_data)
    ):
        return _back(request, _("Saved"))
    return page(request, "identity/team.html", {"form": form, "team": team})


@permission("identity.team.delete")
@require_POST
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    attempt(request, lambda: _delete(request, pk), _("The team was deleted."))
    return redirect("identity:user_list")


def _delete(request: WorkspaceRequest, pk: UUID) -> None:
    """A team with people or teams in it would leave them without a place."""
    team: Team = get_record_for(request.actor, "team", pk, "delete")
    if team.members.exists() or team.children.filter(deleted_at=None).exists():
        raise Invalid.one("", "in_use", _("Move the people and teams in it somewhere else first."))
    delete_record("team", pk, actor=request.actor)


def _back(request: WorkspaceRequest, done: str) -> HttpResponse:
    attempt(request, lambda: None, done)
    return redirect("identity:user_list")
