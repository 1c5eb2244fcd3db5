"""Settings › Roles: what each role may do, as a matrix in words."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontend.views.access import permission
from identity.forms.people import NewRoleForm
from identity.levels import effective_levels
from identity.models import Role, User
from identity.selectors import role_matrix, roles_in_order
from identity.services import create_role, delete_role, save_role_levels
from identity.services.roles import MANAGE
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from kernel.registry import ACTIONS

PREFIX = "level."


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def roles(request: WorkspaceRequest) -> HttpResponse:
    form = NewRoleForm(request.POST or None)
    made: list[Role] = []
    if request.method == "POST" and accepted(
        form, lambda: made.append(create_role(actor=request.actor, **form.cleaned_data))
    ):
        return redirect("identity:role", pk=made[0].pk)
    counts: dict[UUID, int] = {}
    for pk in User.objects.exclude(state=User.State.DEACTIVATED).values_list("role_id", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    rows = [(role, counts.get(role.pk, 0)) for role in roles_in_order()]
    return page(request, "identity/roles.html", {"roles": rows, "form": form})


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def role(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    one = get_object_or_404(Role.objects.all(), pk=pk)
    if request.method == "POST":
        levels = {
            name.removeprefix(PREFIX): str(value) for name, value in request.POST.items() if name.startswith(PREFIX)
        }
        known = effective_levels(one)
        changed = {code: level for code, level in levels.items() if known.get(code, "none") != level}
        attempt(request, lambda: save_role_levels(actor=request.actor, role=one, levels=changed), _("Saved"))
        return redirect("identity:role", pk=pk)
    groups = role_matrix(effective_levels(one), request.actor.engines)
    return page(
        request, "identity/role.html", {"role": one, "groups": groups, "actions": ACTIONS, "holders": one.users.count()}
    )


@permission(MANAGE)
@require_POST
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    one = get_object_or_404(Role.objects.all(), pk=pk)
    attempt(request, lambda: delete_role(actor=request.actor, role=one), _("The role was deleted."))
    return redirect("identity:role_list")
