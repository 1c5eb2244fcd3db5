"""Which workspaces a release tries itself on first, and another try for one in quarantine: the provider's to say."""

import logging

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from kernel.access import Actor
from kernel.errors import Invalid, KernelError
from tenants import subdomains
from tenants.models import Organization
from tenants.tasks import release_one

log = logging.getLogger(__name__)


@transaction.atomic
def mark_canary(*, actor: Actor, subdomain: str, is_canary: bool) -> Organization:
    alive = Organization.objects.select_for_update().exclude(state=Organization.State.ERASED)
    organization: Organization | None = alive.filter(subdomain=subdomains.normal(subdomain)).first()
    if organization is None:
        raise Invalid.one("subdomain", "unknown", _("There is no workspace of this name."))
    organization.is_canary = is_canary
    organization.save(update_fields=["is_canary"])
    log.info("%s: is_canary=%s, by %s", organization.subdomain, is_canary, actor.label)
    return organization


def try_again(*, actor: Actor, organization: Organization) -> None:
    """A worker does it: it may take minutes."""
    try:
        release_one.apply_async((organization.subdomain,), retry=False)
    except OperationalError:
        raise KernelError(_("The queue cannot be reached. Try again in a moment.")) from None
    log.info("%s: another release asked for by %s", organization.subdomain, actor.label)
