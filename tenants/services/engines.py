"""Switching engines. Tables come when an engine is first switched on, stay when it is off, and go only by purge."""

from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from identity.services.roles import seed_roles
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.context import Tenant, operator_context, public_context, require_tenant, tenant_context
from kernel.derived import refill_all
from kernel.entitlements import may_use
from kernel.errors import Denied, Invalid, KernelError, NotFound
from kernel.events import publish
from kernel.registry import Module, UnknownName, registry
from tenants import templates
from tenants.models import Organization
from tenants.releases.state import is_behind
from tenants.versions import version_of

SWITCH = "tenants.engine.switch"


class BeingUpdated(KernelError):
    """Its tables are of the version before; an engine's would be of this one."""

    code = "unavailable"
    status = 409
    message = _("This workspace is being updated. Try again in a minute.")


@transaction.atomic
def enable_engine(*, actor: Actor, name: str) -> Organization:
    """Switch on: the first time with its tables and first data, later with what was kept. On already: nothing."""
    require(actor, SWITCH)
    module = _engine(name)
    organization = _locked()
    if name in organization.engines:
        return organization
    if is_behind(organization):
        raise BeingUpdated()
    _check_may_enable(module, organization)
    fresh = name not in organization.releases
    organization.engines = [*organization.engines, name]
    if fresh:
        organization.releases = {**organization.releases, name: version_of(name)}
    _save(organization, "engines", "releases")
    with tenant_context(organization.as_tenant()):
        if fresh:
            with operator_context():
                templates.replay(name)
            _first_data(module, organization, actor)
        seed_roles()
        refill_all()  # while it was off, fields calculated from its records stood still
        _tell("engine_enabled", "tenants.engine_enabled", module, actor)
    return organization


@transaction.atomic
def disable_engine(*, actor: Actor, name: str) -> Organization:
    """Switch off: its pages, API and jobs are gone, its data is kept. Off already: nothing."""
    require(actor, SWITCH)
    module = _engine(name)
    organization = _locked()
    if name not in organization.engines:
        return organization
    if users := dependents(name, organization.engines):
        raise Invalid.one("", "needed", _needed_by(users))
    organization.engines = [one for one in organization.engines if one != name]
    _save(organization, "engines")
    _tell("engine_disabled", "tenants.engine_disabled", module, actor)
    return organization


@transaction.atomic
def purge_engine(*, actor: Actor, name: str, typed: str) -> Organization:
    """Drop the tables of an engine that is off. `typed` is its name, written by whoever wants this."""
    require(actor, SWITCH)
    module = _engine(name)
    organization = _locked()
    if typed.strip().casefold() not in (name.casefold(), str(module.label).casefold()):
        message = _("Type the engine's name exactly, so that nothing is deleted by mistake.")
        raise Invalid.one("typed", "mismatch", message)
    if name in organization.engines:
        raise Invalid.one("", "still_on", _("Switch the engine off before you delete its data."))
    if users := dependents(name, organization.releases):
        raise Invalid.one("", "needed", _needed_by(users))
    if name not in organization.releases:
        raise NotFound(_("This engine has no data here."))
    with operator_context():
        templates.drop_tables(name)
    organization.releases = {part: version for part, version in organization.releases.items() if part != name}
    _save(organization, "releases")
    _tell("engine_purged", "tenants.engine_purged", module, actor)
    return organization


def dependents(name: str, among: Any) -> list[Module]:
    """Engines among these that stand on this one."""
    return [m for m in registry.modules if not m.always_on and m.name in among and name in m.depends]


def _needed_by(modules: list[Module]) -> str:
    names = ", ".join(str(module.label) for module in modules)
    return str(_("Switch off first what needs it: %(names)s.")) % {"names": names}


def _engine(name: str) -> Module:
    try:
        module = registry.module(name)
    except UnknownName:
        raise NotFound(_("There is no engine of this name.")) from None
    if module.always_on:
        raise NotFound(_("There is no engine of this name."))
    return module


def _check_may_enable(module: Module, organization: Organization) -> None:
    if not module.available:
        raise Invalid.one("", "not_available", _("This engine is announced but not available yet."))
    tenant = organization.as_tenant()
    missing = [n for n in module.depends if n not in tenant.engines and n not in registry.always_on()]
    if missing:
        names = ", ".join(str(registry.module(n).label) for n in missing)
        raise Invalid.one("", "needs", str(_("Switch on first what it needs: %(names)s.")) % {"names": names})
    decision = may_use(tenant, module.name)
    if not decision.allowed:
        raise Denied(decision.reason or None)


def _first_data(module: Module, organization: Organization, actor: Actor) -> None:
    if not module.on_enable:
        return
    with override(organization.language):
        import_string(module.on_enable)(actor=_with_engine(actor, require_tenant()))


def _with_engine(actor: Actor, tenant: Tenant) -> Actor:
    """First data is written by the system on somebody's behalf: their role may not know the engine yet."""
    return Actor(user_id=actor.user_id, label=actor.label, system=True, engines=tenant.engines)


def _locked() -> Organization:
    """The organization of this workspace, held until the transaction ends: two switches wait for each other."""
    tenant = require_tenant()
    with public_context():
        locked: Organization = Organization.objects.select_for_update().get(pk=tenant.id)
    return locked


def _save(organization: Organization, *names: str) -> None:
    with public_context():
        organization.save(update_fields=names)


def _tell(action: str, event: str, module: Module, actor: Actor) -> None:
    record_act(action, actor=actor, entity="engine", label=str(module.label), changes={"engine": module.name})
    publish(event, {"engine": module.name})
