"""Settings › Users and teams: who is here, who is invited, what they may do."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.views.access import permission
from identity.devices import devices_of
from identity.forms.people import InviteForm, LeaveForm, PersonForm
from identity.models import User
from identity.selectors import (
    grantable_roles,
    open_invitations,
    people_counts,
    security_of,
    teams_in_order,
)
from identity.services import (
    deactivate_user,
    end_sessions_of,
    invite_user,
    reactivate_user,
    set_further_roles,
    set_role,
    set_team,
)
from identity.services.leaving import belongings_of, unfinished_jobs
from identity.services.people import MANAGE
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from kernel.access import get_record_for
from kernel.query import Filter, select
from kernel.query import page as page_of

TABS = {
    "here": (User.State.ACTIVE, User.State.INVITED),
    "names": (User.State.PLACEHOLDER,),
    "gone": (User.State.DEACTIVATED,),
}


@permission("identity.user.view")
@require_GET
def people(request: WorkspaceRequest) -> HttpResponse:
    tab = request.GET.get("tab", "here")
    states = TABS.get(tab, TABS["here"])
    q = request.GET.get("q", "").strip()
    rows = select("user", actor=request.actor, filters=[Filter("state", "in", tuple(states))], q=q, sort="name")
    shown = page_of(rows, "user", sort="name", size=50, cursor=request.GET.get("cursor"))
    may_manage = request.actor.may(MANAGE)
    context = {
        "people": shown, "tab": tab if tab in TABS else "here", "q": q, "tabs": _tabs(), "may_manage": may_manage,
        "roles": grantable_roles(request.actor) if may_manage else [],
        "may_touch_admins": may_grant_admin(request),
        "invitations": open_invitations() if may_manage and tab == "here" and not q else [],
        "teams": teams_in_order() if tab == "here" and not q else [],
        "may_add_team": request.actor.may("identity.team.add"),
    }  # fmt: skip
    return page(request, "identity/people.html", context)


def may_grant_admin(request: WorkspaceRequest) -> bool:
    return any(role.is_admin for role in grantable_roles(request.actor))


def _tabs() -> list[tuple[str, str, int]]:
    counts = people_counts()
    labels = {"here": _("People"), "names": _("Names only"), "gone": _("Deactivated")}
    return [(key, labels[key], sum(counts.get(state, 0) for state in states)) for key, states in TABS.items()]


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def invite(request: WorkspaceRequest) -> HttpResponse:
    """Invite somebody new, or by ?person= a name that an import brought along."""
    person = _person(request, request.GET["person"]) if request.GET.get("person") else None
    start: dict[str, Any] = {"role": grantable_roles(request.actor).filter(key="member").first()}
    if person is not None:
        start |= {"name": person.name, "email": person.email, "team": person.team}
    form = InviteForm(request.POST or None, actor=request.actor, initial=start)

    def act() -> None:
        invite_user(actor=request.actor, person=person, **form.cleaned_data)

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("The invitation is on its way to {email}.").format(**form.cleaned_data))
        return redirect("identity:user_list")
    return page(request, "identity/invite.html", {"form": form, "person": person})


def _person(request: WorkspaceRequest, pk: UUID | str) -> User:
    found: User = get_record_for(request.actor, "user", pk)
    return found


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def person(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One person: roles, team, how and where they sign in, and the way out."""
    user = _person(request, pk)
    held = [one.role for one in user.further_roles.select_related("role")]
    start = {"role": user.role, "team": user.team, "roles": [one.pk for one in held]}
    form = PersonForm(request.POST or None, actor=request.actor, initial=start)

    def act() -> None:
        if form.cleaned_data["role"] != user.role:
            set_role(actor=request.actor, user=user, role=form.cleaned_data["role"])
        # What the actor may not grant was not offered, so it stays as it is.
        offered = set(grantable_roles(request.actor))
        roles = [*form.cleaned_data["roles"], *(one for one in held if one not in offered)]
        set_further_roles(actor=request.actor, user=user, roles=roles)
        if form.cleaned_data["team"] != user.team:
            set_team(actor=request.actor, user=user, team=form.cleaned_data["team"])

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("Saved"))
        return redirect("identity:user_list")
    context = {
        "person": user, "form": form, "owned": belongings_of(user), "is_me": user.pk == request.actor.user_id,
        "security": security_of(user), "devices": devices_of(user), "territories": user.territories.order_by("name"),
    }  # fmt: skip
    return page(request, "identity/person.html", context | _touch(request, user))


def _touch(request: WorkspaceRequest, user: User) -> dict[str, Any]:
    return {"may_touch": not user.is_admin or may_grant_admin(request)}


@permission(MANAGE)
@require_POST
def end_sessions(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Sign a person out: on the device given, or everywhere."""
    user = _person(request, pk)
    given = request.POST.get("number", "")
    number = int(given) if given.isdecimal() else None
    act = partial(end_sessions_of, actor=request.actor, user=user, number=number)
    attempt(request, act, _("{name} was signed out.").format(name=user.name))
    return redirect("identity:person", pk=pk)


@permission(MANAGE)
@require_POST
def role(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The role chosen in the list itself."""
    user = _person(request, pk)
    wanted = _uuid(request.POST.get("role"))
    chosen = grantable_roles(request.actor).filter(pk=wanted).first() if wanted else None
    if chosen is not None:
        done = _("{name} is now {role}.").format(name=user.name, role=chosen.label)
        attempt(request, lambda: set_role(actor=request.actor, user=user, role=chosen), done)
    return redirect("identity:user_list")


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def deactivate(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    user = _person(request, pk)
    owned = belongings_of(user)
    form = LeaveForm(request.POST or None, leaving=user, belongings=owned)

    def act() -> None:
        given = {"to": form.cleaned_data["to"], "by_kind": form.by_kind()}
        deactivate_user(actor=request.actor, user=user, **given)

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("{name} can no longer sign in.").format(name=user.name))
        return redirect("identity:user_list")
    context = {"person": user, "form": form, "owned": owned, "jobs": unfinished_jobs(user).count()}
    return page(request, "identity/deactivate.html", context)


@permission(MANAGE)
@require_POST
def reactivate(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    user = _person(request, pk)
    done = _("{name} is back. What was handed over stays where it is.").format(name=user.name)
    attempt(request, lambda: reactivate_user(actor=request.actor, user=user), done)
    return redirect("identity:user_list")
