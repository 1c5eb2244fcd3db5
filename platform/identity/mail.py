"""Letters about accounts: HTML and text, in the language of whoever receives them, handed over after the commit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from identity.addresses import workspace_name, workspace_url
from identity.models import Invitation, User
from kernel.context import get_tenant
from kernel.formats import Locale, use_locale
from kernel.preferences import locale_of


def send_invitation(invitation: Invitation, secret: str) -> None:
    host = invitation.invited_by
    send_letter(
        "invitation",
        to=invitation.email,
        reader=invitation.user,
        context={
            "invitation": invitation,
            "host": host,
            "link": workspace_url(f"/auth/invitation/{secret}/"),
        },
    )


def send_letter(name: str, *, to: str, reader: User | None, context: Mapping[str, Any]) -> None:
    """Render now, in this workspace and the reader's language; send when the transaction has been kept."""
    message = render_letter(f"identity/mail/{name}", to=to, reader=reader, context=context)
    hand_over(message)


def hand_over(message: EmailMessage) -> None:
    """Send after the commit: no letter of what was rolled back, and none that takes the change down with it."""
    transaction.on_commit(message.send, robust=True)


@contextmanager
def reading_as(reader: User | None) -> Iterator[Locale]:
    """Words and dates as this person reads them."""
    locale = locale_of(get_tenant(), reader)
    with translation.override(locale.language), use_locale(locale):
        yield locale


def render_letter(
    prefix: str, *, to: str, reader: User | None, context: Mapping[str, Any], headers: dict[str, str] | None = None
) -> EmailMultiAlternatives:
    with reading_as(reader) as locale:
        full = {
            **context,
            "workspace": workspace_name(),
            "home": workspace_url(),
            "language": locale.language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "reader": reader,
        }
        subject = " ".join(render_to_string(f"{prefix}_subject.txt", full).split())
        text = render_to_string(f"{prefix}.txt", full).strip() + "\n"
        page = render_to_string(f"{prefix}.html", {**full, "subject": subject})
    message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers=headers)
    message.attach_alternative(page, "text/html")
    return message
