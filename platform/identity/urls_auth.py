"""Sign-in and everything around it, the same on a workspace's host and on the provider's: /auth/….

Only these of allauth's views are mounted, each with its access said aloud; a name that is missing here is closed.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from frontend.views.access import public, signed_in
from identity.views import entrance, language, security
from identity.views.settle import settled

urlpatterns = [
    path("login/", public(account.login), name="account_login"),
    path("logout/", public(account.logout), name="account_logout"),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("invitation/<str:token>/", entrance.accept, name="identity_invitation"),
    path("language/", language.choose, name="identity_language"),
    # e-mail
    path("email/", signed_in(security.email), name="account_email"),
    path("email/confirm/", security.send_confirmation, name="identity_send_confirmation"),
    path("confirm-email/", public(account.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", public(account.confirm_email), name="account_confirm_email"),
    # password
    path("password/change/", signed_in(account.password_change), name="account_change_password"),
    path("password/set/", signed_in(account.password_set), name="account_set_password"),
    path("password/reset/", public(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", public(account.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    # two-step verification and passkeys
    path("second-step/", security.second_step, name="identity_second_step"),
    path("2fa/", security.to_security, name="mfa_index"),
    path("2fa/authenticate/", public(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", signed_in(settled(totp.activate_totp)), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", signed_in(settled(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        signed_in(settled(codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/recovery-codes/download/", signed_in(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("2fa/passkeys/", security.to_security, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", signed_in(settled(webauthn.add_webauthn)), name="mfa_add_webauthn"),
    path("2fa/passkeys/login/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/passkeys/reauthenticate/", signed_in(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("2fa/passkeys/<int:pk>/edit/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", signed_in(settled(security.remove_passkey)), name="mfa_remove_webauthn"),
    path("sessions/", security.to_security, name="usersessions_list"),
]
