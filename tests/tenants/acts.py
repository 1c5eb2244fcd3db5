"""What tests have killed in the middle (see killing.py), each by name with one argument."""

from collections.abc import Callable, Mapping
from typing import Final

from django.db import transaction

from kernel.access import system_actor
from kernel.context import public_context, tenant_context
from tenants import erasure
from tenants.models import Organization
from tenants.pool import refill_pool
from tenants.services.engines import enable_engine, purge_engine
from tenants.services.signup import sign_up

ACTOR = system_actor("test")


def sign_up_as(subdomain: str) -> None:
    sign_up(
        organization="Alborz", subdomain=subdomain, name="Leila", email="leila@alborz.example",
        password="long-river-1405-cedar", language="fa",
    )  # fmt: skip


def _organization(subdomain: str) -> Organization:
    with public_context():
        found: Organization = Organization.objects.get(subdomain=subdomain)
        return found


def switch_on(subdomain: str) -> None:
    with tenant_context(_organization(subdomain).as_tenant()), transaction.atomic():
        enable_engine(actor=ACTOR, name="sfa")


def purge(subdomain: str) -> None:
    with tenant_context(_organization(subdomain).as_tenant()), transaction.atomic():
        purge_engine(actor=ACTOR, name="sfa", typed="sfa")


def erase(subdomain: str) -> None:
    with public_context():
        for organization in erasure.due_erasures():
            erasure.erase(organization)


def refill(target: str) -> None:
    refill_pool(int(target))


ACTS: Final[Mapping[str, Callable[[str], None]]] = {
    "sign_up": sign_up_as, "switch_on": switch_on, "purge": purge, "erase": erase, "refill": refill,
}  # fmt: skip
