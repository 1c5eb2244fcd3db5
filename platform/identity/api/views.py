"""Addresses beside the generic ones: signing in, oneself, invitations, and what administrators do with people."""

from typing import Any, cast
from uuid import UUID

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.access import Anyone, actor_of
from identity.api import serializers as body
from identity.api.sign_in import token_by_password
from identity.models import Role, Team, Territory, User
from identity.selectors import open_invitations, roles_in_order
from identity.services import (
    cancel_invitation,
    deactivate_user,
    end_sessions_of,
    invite_user,
    reactivate_user,
    resend_invitation,
    reset_second_step,
    set_further_roles,
    set_role,
    set_second_step_rule,
    set_territory_people,
)
from identity.services.people import MANAGE
from identity.services.second_step import MANAGE as MANAGE_SECOND_STEP
from identity.services.second_step import second_step_rule
from kernel.access import get_record_for, require
from kernel.context import require_tenant
from kernel.errors import Denied, Invalid, NotFound
from kernel.registry import registry


def read(serializer: type[body.Strict], request: Request) -> dict[str, Any]:
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    values: dict[str, Any] = form.validated_data
    return values


def role_named(text: str) -> Role:
    """A role by key or id."""
    role = next((one for one in roles_in_order() if text in (one.key, str(one.pk))), None)
    if role is None:
        raise Invalid.one("role", "not_found", _("There is no such role. GET /api/v1/roles/ lists them."))
    return role


def person(request: Request, pk: UUID | None) -> User:
    found: User = get_record_for(actor_of(request), "user", str(pk))
    return found


class TokenView(APIView):
    authentication_classes = ()
    permission_classes = (Anyone,)

    @extend_schema(request=body.SignIn, responses={200: body.Token}, auth=[])
    def post(self, request: Request) -> Response:
        token, secret = token_by_password(request._request, **read(body.SignIn, request))
        return Response({"token": secret, "expires_at": token.expires_at})


class MeView(APIView):
    @extend_schema(responses=body.Me)
    def get(self, request: Request) -> Response:
        actor, tenant, user = actor_of(request), require_tenant(), cast("User", request.user)
        role = {"id": user.role.pk, "key": user.role.key, "name": user.role.label} if user.role else None
        return Response(
            {
                "id": user.pk, "name": user.name, "email": user.email, "language": user.language, "role": role,
                "team": user.team_id,
                "permissions": {code: level for code in registry.permissions if (level := actor.level(code)) != "none"},
                "workspace": {"name": tenant.name, "host": tenant.host},
            }
        )  # fmt: skip


class InvitationsView(APIView):
    @extend_schema(responses=body.InvitationList)
    def get(self, request: Request) -> Response:
        require(actor_of(request), MANAGE)
        rows = body.InvitationOut(open_invitations(), many=True).data
        return Response({"results": rows, "next": None, "previous": None, "count": len(rows)})

    @extend_schema(request=body.Invite, responses={201: body.InvitationOut})
    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        require(actor, MANAGE)
        values = read(body.Invite, request)
        team: Team | None = get_record_for(actor, "team", values["team"]) if values["team"] else None
        invitation = invite_user(
            actor=actor, email=values["email"], name=values["name"], role=role_named(values["role"]), team=team,
            roles=[role_named(text) for text in values["roles"]],
            person=person(request, values["person"]) if values["person"] else None,
        )  # fmt: skip
        return Response(body.InvitationOut(invitation).data, status=201)


class InvitationView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        require(actor_of(request), MANAGE)
        cancel_invitation(actor=actor_of(request), invitation=get_object_or_404(open_invitations(), pk=pk))
        return Response(status=204)


class ResendView(APIView):
    @extend_schema(request=None, responses=body.InvitationOut)
    def post(self, request: Request, pk: UUID) -> Response:
        require(actor_of(request), MANAGE)
        invitation = open_invitations().filter(pk=pk).first()
        if invitation is None:
            raise NotFound()
        sent = resend_invitation(actor=actor_of(request), invitation=invitation)
        return Response(body.InvitationOut(sent).data)


class RoleView(APIView):
    @extend_schema(request=body.NewRole, responses=body.PersonOut)
    def post(self, request: Request, pk: UUID) -> Response:
        values = read(body.NewRole, request)
        further = [role_named(text) for text in values["roles"]] if "roles" in values else None
        user = set_role(actor=actor_of(request), user=person(request, pk), role=role_named(values["role"]))
        if further is not None:
            user = set_further_roles(actor=actor_of(request), user=user, roles=further)
        return Response(body.PersonOut(user).data)


class DeactivateView(APIView):
    @extend_schema(request=body.Leave, responses=body.PersonOut)
    def post(self, request: Request, pk: UUID) -> Response:
        values = read(body.Leave, request)
        receiver = person(request, values["to"]) if values["to"] else None
        others = {kind: person(request, one) for kind, one in values["by_kind"].items()}
        user = deactivate_user(actor=actor_of(request), user=person(request, pk), to=receiver, by_kind=others)
        return Response(body.PersonOut(user).data)


class ReactivateView(APIView):
    @extend_schema(request=None, responses=body.PersonOut)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(body.PersonOut(reactivate_user(actor=actor_of(request), user=person(request, pk))).data)


class SessionsView(APIView):
    """A person's sign-ins in browsers; their tokens are another matter."""

    @extend_schema(responses=body.Ended)
    def delete(self, request: Request, pk: UUID) -> Response:
        require(actor_of(request), MANAGE)
        ended = end_sessions_of(actor=actor_of(request), user=person(request, pk))
        return Response({"ended": ended})


class SecondStepView(APIView):
    """Who needs a second step for signing in."""

    @extend_schema(responses=body.SecondStep)
    def get(self, request: Request) -> Response:
        require(actor_of(request), MANAGE_SECOND_STEP)
        return Response(body.SecondStep(second_step_rule()).data)

    @extend_schema(request=body.NewSecondStep, responses=body.SecondStep)
    def put(self, request: Request) -> Response:
        rule = set_second_step_rule(actor=actor_of(request), **read(body.NewSecondStep, request))
        return Response(body.SecondStep(rule).data)


class SecondStepOfView(APIView):
    """A fresh start for somebody who lost their second step: it is taken away, and they are signed out everywhere."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        require(actor_of(request), MANAGE)
        _refuse_open_screen(request)
        reset_second_step(actor=actor_of(request), user=person(request, pk))
        return Response(status=204)


def _refuse_open_screen(request: Request) -> None:
    """A token is proof enough; a browser's session gave its password a moment ago, as on the page."""
    if request.auth is None and is_reauthentication_required(request._request, app="allauth.account"):
        raise Denied(_("Confirm your password first, or call with a token."))


class TerritoryPeopleView(APIView):
    @extend_schema(responses=body.TerritoryPeople)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(_people_of(get_record_for(actor_of(request), "territory", pk)))

    @extend_schema(request=body.TerritoryPeople, responses=body.TerritoryPeople)
    def put(self, request: Request, pk: UUID) -> Response:
        territory: Territory = get_record_for(actor_of(request), "territory", pk)
        people = [person(request, one) for one in read(body.TerritoryPeople, request)["people"]]
        set_territory_people(actor=actor_of(request), territory=territory, people=people)
        return Response(_people_of(territory))


def _people_of(territory: Territory) -> dict[str, Any]:
    return {"people": [one.user_id for one in territory.memberships.order_by("user__name")]}
