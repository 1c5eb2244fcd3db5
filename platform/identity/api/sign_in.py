"""E-mail and password against a token, for programs that have no browser."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from identity.actors import actor_for
from identity.models import ApiToken, User
from identity.second_step import refuse_overdue
from identity.services import issue_token
from identity.throttle import allowed
from kernel.access import Actor
from kernel.context import require_tenant
from kernel.errors import Invalid

LIFE = timedelta(days=90)
MISMATCH = _("E-mail and password do not belong together, or this person may not sign in.")


def token_by_password(request: HttpRequest, *, email: str, password: str, code: str = "") -> tuple[ApiToken, str]:
    """A fresh token. The unknown, the wrong and the deactivated get one and the same answer, in the same time."""
    if not allowed(request, "token", "30/m", per_key="10/m", key=email.strip().lower()):
        raise exceptions.Throttled(wait=60)
    try:
        found: Any = get_adapter().authenticate(request, email=email.strip().lower(), password=password)
    except ValidationError:
        raise exceptions.Throttled(wait=300) from None
    if not isinstance(found, User) or not found.is_active:
        raise exceptions.AuthenticationFailed(MISMATCH)
    check_second_factor(found, code)
    actor = Actor(user_id=found.pk, label=str(found))
    refuse_overdue(actor_for(found, require_tenant()))
    return issue_token(actor=actor, user=found, name=str(_("Signed in by password")), expires_at=timezone.now() + LIFE)


def check_second_factor(user: User, code: str) -> None:
    """Asked for only after the password was right, so nobody learns from it who uses one."""
    if not get_mfa_adapter().is_mfa_enabled(user):
        return
    if not code:
        raise Invalid.one(
            "code",
            "code_required",
            _("Send the one-time code of your authenticator app, or a recovery code, as “code”."),
        )
    form = AuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        raise Invalid.one("code", "wrong_code", " ".join(str(error) for error in form.errors.get("code", [])))
    form.authenticator.record_usage()
