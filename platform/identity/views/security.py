"""Sign-in and security: password, e-mail, two-step verification, passkeys, sessions."""

from functools import partial

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification import (
    send_verification_email_to_address,
)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.views.access import signed_in
from identity.devices import devices_of
from identity.forms.personal import EmailForm
from identity.second_step import is_overdue
from identity.selectors import security_of
from identity.services import end_own_session
from identity.services.emails import request_email_change
from identity.services.second_step import has_second_step, keeps_second_step
from identity.services.sessions import end_other_sessions
from identity.sessions import note_confirmation
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page


@signed_in
@require_GET
def security(request: WorkspaceRequest) -> HttpResponse:
    found = security_of(request.user)
    note_confirmation(request.session, confirmed=found.verified)
    context = {
        "security": found,
        "unconfirmed": not found.verified,
        "devices": devices_of(request.user, current=request.session.session_key or ""),
    }
    return page(request, "identity/security.html", context)


@signed_in
def to_security(_request: HttpRequest) -> HttpResponse:
    """Where allauth's own overviews stood."""
    return redirect("identity:security")


@signed_in
@require_POST
def end_others(request: WorkspaceRequest) -> HttpResponse:
    number = end_other_sessions(actor=request.actor, user=request.user, here=request.session.session_key or "")
    done = _("Signed out everywhere else.") if number else _("You were signed in nowhere else.")
    attempt(request, lambda: None, done)
    return redirect("identity:security")


@signed_in
@require_POST
def end_one(request: WorkspaceRequest, number: int) -> HttpResponse:
    """One device of one's own; ending this very one is signing out."""
    act = partial(end_own_session, actor=request.actor, user=request.user, number=number)
    attempt(request, act, _("Signed out there."))
    return redirect("identity:security")


@signed_in
@require_GET
def second_step(request: WorkspaceRequest) -> HttpResponse:
    """Where somebody is led who lacks the second step that the workspace asks for."""
    back = request.GET.get("next", "/")
    if not get_adapter().is_safe_url(back):
        back = "/"
    if has_second_step(request.user) or request.actor.secure_by is None:
        return redirect(back)
    context = {"due": request.actor.secure_by, "overdue": is_overdue(request.actor), "back": back}
    return render(request, "identity/second_step_setup.html", context)


@require_http_methods(["GET", "POST"])
def remove_passkey(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """allauth's page, unless the workspace asks for a second step and this is the last."""
    passkey = Authenticator.objects.filter(pk=pk, user=request.user).first()
    if passkey is not None and keeps_second_step(passkey):
        messages.error(request, _("This workspace asks for a second step. Add another one before you remove this."))
        return redirect("identity:security")
    response: HttpResponse = webauthn.remove_webauthn(request, pk=pk)
    return response


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
