"""Settings › Roles: what each role may do, as a matrix in words."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontend.views.access import permission
from identity.forms.people import NewRoleForm
from identity.levels import effective_levels
from identity.models import Role, User, UserRole
from identity.selectors import field_rows, holders_of, narrowed_entities, role_matrix, roles_in_order
from identity.services import (
    copy_role,
    create_role,
    delete_role,
    save_role_fields,
    save_role_levels,
    set_further_roles,
)
from identity.services.roles import MANAGE
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from kernel.registry import ACTIONS

PREFIX = "level."
FIELD = "field."


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
    here = User.objects.exclude(state=User.State.DEACTIVATED)
    further = UserRole.objects.filter(user__in=here).values_list("role_id", flat=True)
    for pk in (*here.values_list("role_id", flat=True), *further):
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
    context = {
        "role": one, "groups": groups, "actions": ACTIONS, "people": holders_of(one),
        "entities": narrowed_entities(one, request.actor.engines), "lookup": reverse("crm:lookup", args=["user"]),
    }  # fmt: skip
    return page(request, "identity/role.html", context)


@permission(MANAGE)
@require_POST
def copy(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    one = get_object_or_404(Role.objects.all(), pk=pk)
    made: list[Role] = []
    attempt(request, lambda: made.append(copy_role(actor=request.actor, role=one)), _("The role was copied."))
    return redirect("identity:role", pk=made[0].pk if made else pk)


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def fields(request: WorkspaceRequest, pk: UUID, entity: str) -> HttpResponse:
    """What holders may do with the single fields of one kind of record."""
    one = get_object_or_404(Role.objects.all(), pk=pk)
    entities = narrowed_entities(one, request.actor.engines)
    kind = next((found for found, _number in entities if found.name == entity), None)
    if kind is None or one.is_admin:
        raise Http404
    if request.method == "POST":
        given = {name.removeprefix(FIELD): str(v) for name, v in request.POST.items() if name.startswith(FIELD)}
        reveal = "masked_reveal" in request.POST

        def act() -> None:
            save_role_fields(actor=request.actor, role=one, fields=given, masked_reveal=reveal)

        attempt(request, act, _("Saved"))
        return redirect("identity:role_fields", pk=pk, entity=entity)
    context = {"role": one, "entity": kind, "entities": entities, "rows": field_rows(one, kind)}
    return page(request, "identity/role_fields.html", context)


@permission(MANAGE)
@require_POST
def holders(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Give the role to somebody beside their main one (`give`), or take it back (`take`)."""
    one = get_object_or_404(Role.objects.all(), pk=pk)
    user = User.objects.filter(pk=_uuid(request.POST.get("give") or request.POST.get("take"))).first()
    if user is None:
        messages.error(request, _("Choose a person."))
        return redirect("identity:role", pk=pk)
    held = [found.role for found in user.further_roles.select_related("role")]
    wanted = [*held, one] if request.POST.get("give") else [role for role in held if role.pk != one.pk]
    attempt(request, lambda: set_further_roles(actor=request.actor, user=user, roles=wanted), _("Saved"))
    return redirect("identity:role", pk=pk)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@permission(MANAGE)
@require_POST
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    one = get_object_or_404(Role.objects.all(), pk=pk)
    attempt(request, lambda: delete_role(actor=request.actor, role=one), _("The role was deleted."))
    return redirect("identity:role_list")
