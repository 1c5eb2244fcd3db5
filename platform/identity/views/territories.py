"""Settings › Territories: made, moved in the tree, given people, put away. They are records, written as all are."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.views.access import permission
from identity.forms.territories import TerritoryForm
from identity.models import Territory
from identity.services import set_territory_people
from identity.services.people import MANAGE
from identity.territories import territories_in_order
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page, refusal_words
from kernel.access import get_record_for
from kernel.errors import Denied, Invalid
from kernel.records import create_record, delete_record, update_record


@permission("identity.territory.view")
@require_GET
def territories(request: WorkspaceRequest) -> HttpResponse:
    context = {
        "territories": territories_in_order(counts=True), "may_add": request.actor.may("identity.territory.add"),
        "may_change": request.actor.may("identity.territory.change"),
    }  # fmt: skip
    return page(request, "identity/territories.html", context)


@permission("identity.territory.add")
@require_http_methods(["GET", "POST"])
def create(request: WorkspaceRequest) -> HttpResponse:
    form = TerritoryForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and accepted(form, lambda: _save(request, form, None)):
        return _back(request)
    return page(request, "identity/territory.html", {"form": form, "lookup": reverse("crm:lookup", args=["user"])})


@permission("identity.territory.change")
@require_http_methods(["GET", "POST"])
def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    territory: Territory = get_record_for(request.actor, "territory", pk, "change")
    start: dict[str, Any] = {name: getattr(territory, name) for name in ("name", "parent", "region")}
    start["people"] = [one.user_id for one in territory.memberships.all()]
    form = TerritoryForm(request.POST or None, actor=request.actor, territory=territory, initial=start)
    if request.method == "POST" and accepted(form, lambda: _save(request, form, territory)):
        return _back(request)
    context = {
        "form": form, "territory": territory, "may_delete": request.actor.may("identity.territory.delete"),
        "lookup": reverse("crm:lookup", args=["user"]),
    }  # fmt: skip
    return page(request, "identity/territory.html", context)


def _save(request: WorkspaceRequest, form: TerritoryForm, territory: Territory | None) -> None:
    values = {name: form.cleaned_data[name] for name in ("name", "parent", "region")}
    if territory is None:
        territory = create_record("territory", actor=request.actor, values=values)
    else:
        update_record("territory", territory.pk, actor=request.actor, values=values)
    if request.actor.may(MANAGE):
        set_territory_people(actor=request.actor, territory=territory, people=form.cleaned_data["people"])


@permission("identity.territory.delete")
@require_POST
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """With an undo in the toast; one that is in use says what lies in it."""
    try:
        gone = delete_record("territory", pk, actor=request.actor)
    except (Invalid, Denied) as error:
        messages.error(request, refusal_words(error))
        return redirect("identity:territory", pk=pk)
    messages.success(request, _("The territory was deleted."), extra_tags=f"undo:/undo/{gone.audit_id}/")
    return redirect("identity:territory_list")


def _back(request: WorkspaceRequest) -> HttpResponse:
    attempt(request, lambda: None, _("Saved"))
    return redirect("identity:territory_list")
