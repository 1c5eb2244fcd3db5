"""Sign-in and security: password, e-mail, two-step verification, passkeys, sessions."""

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification import (
    send_verification_email_to_address,
)
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.views.access import signed_in
from identity.devices import device_name
from identity.forms.personal import EmailForm
from identity.selectors import security_of
from identity.services.emails import request_email_change
from identity.services.people import end_sessions
from identity.sessions import note_confirmation
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page


@signed_in
@require_GET
def security(request: WorkspaceRequest) -> HttpResponse:
    sessions = UserSession.objects.purge_and_list(request.user)
    rows = [
        {"device": device_name(one.user_agent), "ip": one.ip, "since": one.created_at, "current": one.is_current()}
        for one in sorted(sessions, key=lambda one: one.created_at, reverse=True)
    ]
    found = security_of(request.user)
    note_confirmation(request.session, confirmed=found.verified)
    context = {"security": found, "unconfirmed": not found.verified, "sessions": rows}
    return page(request, "identity/security.html", context)


@signed_in
def to_security(_request: HttpRequest) -> HttpResponse:
    """Where allauth's own overviews stood."""
    return redirect("identity:security")


@signed_in
@require_POST
def end_others(request: WorkspaceRequest) -> HttpResponse:
    number = end_sessions(request.user, but=request.session.session_key or "")
    done = _("Signed out everywhere else.") if number else _("You were signed in nowhere else.")
    attempt(request, lambda: None, done)
    return redirect("identity:security")


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
@require_http_methods(["GET", "POST"])
def email(request: WorkspaceRequest) -> HttpResponse:
    """A new address counts once the letter to it was answered; the old one hears of it."""
    form = EmailForm(request.POST or None)

    def act() -> None:
        request_email_change(user=request.user, email=form.cleaned_data["email"]).send_confirmation(request)

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("Open the letter we sent to {email}.").format(**form.cleaned_data))
        return redirect("identity:security")
    return page(request, "identity/email.html", {"form": form, "security": security_of(request.user)})


@signed_in
@require_POST
def send_confirmation(request: WorkspaceRequest) -> HttpResponse:
    """Send the letter once more that confirms an address."""
    address = EmailAddress.objects.filter(user=request.user, verified=False).order_by("-pk").first()
    if address is not None and not send_verification_email_to_address(request, address):
        attempt(request, lambda: None, _("A letter was sent a moment ago. Look for it, also among the spam."))
    return redirect("identity:security")
