"""The named cast of every access test: four people of one workspace, and Olga, who belongs to another."""

from dataclasses import dataclass

from django.db import transaction

from identity.models import Role, Team, User
from identity.services.emails import set_primary_email
from kernel.context import tenant_context
from tenants.models import Organization
from tests.factories.workspaces import PASSWORD


@dataclass(frozen=True)
class Cast:
    """Sara administers, Mina leads team North, Nima works in it, Reza only reads."""

    sara: User
    mina: User
    nima: User
    reza: User
    north: Team


def make_cast(organization: Organization, sara: User) -> Cast:
    with tenant_context(organization.as_tenant()), transaction.atomic():
        north = Team.objects.create(name="North", region="Tehran")
        mina = _person("Mina Karimi", "mina@example.com", Role.MANAGER, north)
        nima = _person("Nima Rezaei", "nima@example.com", Role.MEMBER, north)
        reza = _person("Reza Moradi", "reza@example.com", Role.READER, None)
        north.manager = mina
        north.save(update_fields=["manager"])
    return Cast(sara, mina, nima, reza, north)


def _person(name: str, email: str, role: str, team: Team | None) -> User:
    user = User(name=name, email=email, state=User.State.ACTIVE, role=Role.objects.get(key=role), team=team)
    user.set_password(PASSWORD)
    user.save(force_insert=True)
    set_primary_email(user, email, verified=True)
    return user
