"""What sign-in tells us: sessions are bound to their workspace, and acts of security are written into the audit."""

from collections.abc import Mapping
from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from identity.models import User
from identity.refusals import note_refusal
from identity.seen import SEEN
from identity.sessions import bind_session, note_confirmation
from kernel.access import Actor
from kernel.audit import record_act


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="identity.signed_in")
    user_login_failed.connect(_failed, dispatch_uid="identity.login_failed")
    user_logged_out.connect(_signed_out, dispatch_uid="identity.signed_out")
    account.password_changed.connect(_did("password"), weak=False, dispatch_uid="identity.password_changed")
    account.password_set.connect(_did("password"), weak=False, dispatch_uid="identity.password_set")
    account.password_reset.connect(_did("password_reset"), weak=False, dispatch_uid="identity.password_reset")
    account.email_confirmed.connect(_email_confirmed, dispatch_uid="identity.email_confirmed")
    account.email_changed.connect(_did("email"), weak=False, dispatch_uid="identity.email_changed")
    mfa.authenticator_added.connect(_did("mfa_added"), weak=False, dispatch_uid="identity.mfa_added")
    mfa.authenticator_removed.connect(_did("mfa_removed"), weak=False, dispatch_uid="identity.mfa_removed")
    mfa.authenticator_reset.connect(_did("mfa_reset"), weak=False, dispatch_uid="identity.mfa_reset")
    mfa.authentication_failed.connect(_wrong_code, dispatch_uid="identity.wrong_code")


def audit_own(action: str, user: User, **changes: Any) -> None:
    """Somebody did this to their own account."""
    record_act(action, actor=Actor(user_id=user.pk, label=str(user)), entity="user", record=user, changes=changes)


def _signed_in(*, request: Any, user: User, **_: Any) -> None:
    bind_session(request.session)
    request.session[SEEN] = int(timezone.now().timestamp())
    confirmed = not EmailAddress.objects.filter(user=user, primary=True, verified=False).exists()
    note_confirmation(request.session, confirmed=confirmed)
    audit_own("sign_in", user)


def _failed(*, credentials: Mapping[str, Any], **_: Any) -> None:
    """The address as it was typed: whose it is, is told where there is such a person."""
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()[:200]
    person = User.objects.filter(email=typed).first() if typed else None
    record_act("sign_in_failed", actor=Actor(user_id=None, label=typed or "—"), entity="user", record=person)


def _wrong_code(*, request: Any, user: User, reauthentication: bool = False, **_: Any) -> None:
    note_refusal("second_step_failed", user, request=request, own=reauthentication)


def _signed_out(*, user: User | None, **_: Any) -> None:
    if user is not None:
        audit_own("sign_out", user)


def _email_confirmed(*, request: Any, email_address: Any, **_: Any) -> None:
    if request.user.is_authenticated and request.user.pk == email_address.user_id:
        note_confirmation(request.session, confirmed=True)
    audit_own("email_confirmed", email_address.user)


def _did(action: str) -> Any:
    def receiver(*, user: User, **_: Any) -> None:
        audit_own(action, user)

    return receiver
