"""Letters of tenancy: after a sign-up, and the list of somebody's workspaces."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from identity.addresses import workspace_url
from identity.mail import hand_over, reading_as, render_letter
from identity.models import Role, User
from identity.services.emails import confirmation_path
from tenants import hosts
from tenants.announcing import announcement
from tenants.models import Organization


def send_welcome(organization: Organization, user: User) -> None:
    """The address to keep, and a link that confirms the e-mail address. Call it with the workspace bound."""
    address = EmailAddress.objects.get(user=user, primary=True)
    context = {
        "organization": organization, "address": organization.url, "trial_days": organization.trial_days_left,
        "link": workspace_url(confirmation_path(address)),
    }  # fmt: skip
    message = render_letter("tenants/mail/welcome", to=address.email, reader=user, context=context)
    transaction.on_commit(message.send, robust=True)


def send_state(organization: Organization) -> None:
    """Tell administrators what became of the workspace and what comes next. Call it with the workspace bound."""
    admins = User.objects.filter(role__key=Role.ADMIN, state=User.State.ACTIVE).exclude(email=None)
    ends = organization.meaning.enter != "all"
    link = workspace_url("/settings/closing/" if ends else "/settings/data/")
    for admin in admins:
        with reading_as(admin):
            said = announcement(organization, for_admin=True)
        context = {
            "organization": organization, "said": said, "link": link,
            "archived": organization.state == Organization.State.EXPORTED,
        }  # fmt: skip
        hand_over(render_letter("tenants/mail/state", to=str(admin.email), reader=admin, context=context))


def send_workspaces(email: str, found: list[Organization]) -> None:
    """Goes out whether anything was found or not, so that the page before it tells nobody anything."""
    context = {
        "organizations": found, "language": get_language(), "direction": "rtl" if get_language_bidi() else "ltr",
        "home": hosts.address(hosts.public_host()), "sign_up": hosts.address(hosts.public_host(), "/signup/"),
        "workspace": "Peyvand",
    }  # fmt: skip
    prefix = "tenants/mail/workspaces"
    subject = " ".join(render_to_string(f"{prefix}_subject.txt", context).split())
    message = EmailMultiAlternatives(
        subject, render_to_string(f"{prefix}.txt", context).strip() + "\n", settings.DEFAULT_FROM_EMAIL, [email]
    )
    message.attach_alternative(render_to_string(f"{prefix}.html", {**context, "subject": subject}), "text/html")
    transaction.on_commit(message.send, robust=True)
