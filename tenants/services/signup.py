"""Sign-up: from a form on the public site to a workspace one is signed in to."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from identity.models import User
from identity.services.emails import clean_email
from identity.services.passwords import check_password_strength
from identity.services.tokens import issue_token
from kernel.access import Actor, system_actor
from kernel.audit import record_act
from kernel.context import public_context, tenant_context
from kernel.errors import Invalid, Problem
from tenants import subdomains
from tenants.mail import send_welcome
from tenants.models import Organization
from tenants.services.handover import offer_hand_over
from tenants.services.workspaces import create_workspace

_LONGEST_NAME = 150


@dataclass(frozen=True)
class SignUp:
    """`url` is the workspace; `enter` signs the browser in there, once; `token` is for programs."""

    organization: Organization
    user: User
    url: str
    enter: str
    token: str


@transaction.atomic
def sign_up(
    *, organization: str, subdomain: str, name: str, email: str, password: str, language: str
) -> SignUp:  # fmt: skip
    """Everything that is wrong at once, or a workspace; nothing in between is ever kept."""
    subdomain = subdomains.normal(subdomain)
    organization, name, email = organization.strip(), name.strip(), email.strip()
    problems = check_sign_up(
        organization=organization, subdomain=subdomain, name=name, email=email, password=password, language=language
    )  # fmt: skip
    if problems:
        raise Invalid(problems)
    made, user = create_workspace(
        actor=system_actor("sign-up"), organization=organization, subdomain=subdomain, language=language,
        admin_name=name, admin_email=email, password=password,
    )  # fmt: skip
    with tenant_context(made.as_tenant()), override(language):
        own = Actor(user_id=user.pk, label=str(user))
        record_act("signed_up", actor=own, entity="organization", label=made.name)
        _token, secret = issue_token(actor=own, user=user, name=_("Sign-up"))
        send_welcome(made, user)
    return SignUp(made, user, made.url, offer_hand_over(made, user), secret)


def check_sign_up(
    *, organization: str, subdomain: str, name: str, email: str, password: str, language: str
) -> dict[str, list[Problem]]:  # fmt: skip
    """What is wrong, by field; empty when it can be done."""
    problems: dict[str, list[Problem]] = {}
    if not organization:
        problems["organization"] = [Problem("required", _("Enter the name of your organization."))]
    elif len(organization) > _LONGEST_NAME:
        problems["organization"] = [Problem("too_long", _("Use at most 150 characters."))]
    if not name:
        problems["name"] = [Problem("required", _("Enter your name."))]
    elif len(name) > _LONGEST_NAME:
        problems["name"] = [Problem("too_long", _("Use at most 150 characters."))]
    if problem := problem_of_subdomain(subdomain):
        problems["subdomain"] = [problem]
    if language not in dict(settings.LANGUAGES):
        problems["language"] = [Problem("unknown_language", _("Choose Persian (fa) or English (en)."))]
    problems.update(_problems_of_person(name, email, password))
    return problems


def problem_of_subdomain(subdomain: str) -> Problem | None:
    problem = subdomains.problem_of(subdomain)
    if problem is None:
        with public_context():
            if Organization.objects.filter(subdomain=subdomain).exists():
                return subdomains.taken()
    return problem


def _problems_of_person(name: str, email: str, password: str) -> dict[str, list[Problem]]:
    problems: dict[str, list[Problem]] = {}
    try:
        clean_email(email)
    except Invalid as error:
        problems.update(error.problems)
    if not password:
        problems["password"] = [Problem("required", _("Choose a password."))]
        return problems
    try:
        check_password_strength(password, User(name=name, email=email))
    except Invalid as error:
        problems.update(error.problems)
    return problems
