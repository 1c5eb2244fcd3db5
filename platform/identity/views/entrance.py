"""The page behind an invitation's link."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from frontend.views.access import public
from identity.forms.entrance import AcceptForm
from identity.models import User
from identity.refusals import note_refusal
from identity.services import accept_invitation, find_invitation
from identity.services.invitations import invited_by_link
from identity.throttle import allowed
from identity.views.helpers import accepted
from kernel.errors import Invalid


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    if not allowed(request, "invitation", "30/m"):
        return render(request, "429.html", status=429)
    try:
        invitation = find_invitation(token)
    except Invalid as error:
        if person := invited_by_link(token):
            note_refusal("invitation_refused", person, request=request)
        reason = next(iter(error.problems.values()))[0]
        return render(request, "identity/invitation_closed.html", {"reason": reason}, status=410)
    form = AcceptForm(request.POST or None, initial={"name": invitation.user.name})
    made: list[User] = []

    def act() -> None:
        made.append(accept_invitation(token=token, **_values(form)))

    if request.method == "POST" and accepted(form, act):
        if request.user.is_authenticated:
            logout(request)
        return perform_login(request, made[0], email_verification="none", redirect_url="/")  # type: ignore[no-any-return]  # allauth is untyped
    return render(request, "identity/invitation.html", {"form": form, "invitation": invitation})


def _values(form: AcceptForm) -> dict[str, Any]:
    return {"password": form.cleaned_data["password"], "name": form.cleaned_data["name"]}
