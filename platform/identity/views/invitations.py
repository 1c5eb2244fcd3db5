"""Invitations that nobody has accepted yet: send again, take back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from frontend.views.access import permission
from identity.selectors import open_invitations
from identity.services import cancel_invitation, resend_invitation
from identity.services.people import MANAGE
from identity.views.helpers import WorkspaceRequest, attempt


@permission(MANAGE)
@require_POST
def resend(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(open_invitations(), pk=pk)
    done = _("Sent again to {email}. The earlier letter no longer works.").format(email=invitation.email)
    attempt(request, lambda: resend_invitation(actor=request.actor, invitation=invitation), done)
    return redirect("identity:user_list")


@permission(MANAGE)
@require_POST
def cancel(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(open_invitations(), pk=pk)
    done = _("The invitation of {email} was taken back.").format(email=invitation.email)
    attempt(request, lambda: cancel_invitation(actor=request.actor, invitation=invitation), done)
    return redirect("identity:user_list")
