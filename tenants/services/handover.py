"""From the public site into the new workspace, without typing the password again."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from identity.models import User
from kernel.context import public_context, require_tenant
from tenants import hosts
from tenants.models import HandOver, Organization

LIFETIME = timedelta(minutes=2)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def offer_hand_over(organization: Organization, user: User) -> str:
    """The address on the workspace's host that signs this person in, once."""
    secret = secrets.token_urlsafe(32)
    with public_context():
        HandOver.objects.filter(expires_at__lt=timezone.now()).delete()
        HandOver.objects.create(
            organization=organization, user_id=user.pk, hash=_digest(secret), expires_at=timezone.now() + LIFETIME
        )
    return hosts.address(organization.host, f"/welcome/?t={secret}")


@transaction.atomic
def take_hand_over(secret: str) -> User | None:
    """Whom this secret signs in, here and now; None when it is used, old, unknown or for another workspace."""
    here = require_tenant().id
    user_id = _use_up(secret, here) if here else None
    if user_id is None:
        return None
    user: User | None = User.objects.filter(pk=user_id, state=User.State.ACTIVE).first()
    return user


def _use_up(secret: str, organization_id: UUID) -> UUID | None:
    with public_context():
        now = timezone.now()
        offers = HandOver.objects.select_for_update().filter(hash=_digest(secret), organization_id=organization_id)
        offer = offers.first()
        if offer is None:
            return None
        offer.delete()
        return offer.user_id if offer.expires_at > now else None
