"""Settings of sign-in. Plain names, star-imported by config.settings.base: nothing of Django may be imported here."""

import os

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "/auth/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/auth/login/"
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_AGE = 14 * 24 * 3600

ACCOUNT_ADAPTER = "identity.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "identity.forms.passwords.ChangePasswordForm",
    "set_password": "identity.forms.passwords.SetPasswordForm",
    "reset_password": "identity.forms.passwords.ResetPasswordForm",
    "reset_password_from_key": "identity.forms.passwords.ResetPasswordKeyForm",
    "reauthenticate": "identity.forms.passwords.ReauthenticateForm",
    "user_token": "identity.forms.passwords.UserTokenForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
# One may work before confirming: a strip on every page asks for it.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
# A signed key would hold the number of a row, which means another row in another workspace: random keys, kept here.
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/3m/key",
}

MFA_FORMS = {
    "authenticate_webauthn": "identity.forms.second_step.AuthenticateWebAuthnForm",
    "login_webauthn": "identity.forms.second_step.LoginWebAuthnForm",
    "reauthenticate_webauthn": "identity.forms.second_step.ReauthenticateWebAuthnForm",
}
MFA_ADAPTER = "identity.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = False
# Browsers treat http://*.localhost as a secure origin, so passkeys can be tried on one's own machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = os.environ.get("PEYVAND_ENV", "dev") != "prod"

USERSESSIONS_TRACK_ACTIVITY = False
INVITATION_DAYS = 7
