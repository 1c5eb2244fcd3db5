"""Switching an engine on, with tables and first data; off; on again with what was kept; and its tables dropped."""

from collections.abc import Callable, Iterator

from django.db import transaction

from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from tenants.models import Organization
from tenants.services.engines import disable_engine, enable_engine, purge_engine
from tests.bench.measure import Reading, spread, stopwatch
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.factories import make_workspace

_ENGINE = "sfa"


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    actor = system_actor("bench")
    tenant = make_workspace(engines=())[0].as_tenant()

    def on() -> Organization:
        return enable_engine(actor=actor, name=_ENGINE)

    def off() -> Organization:
        return disable_engine(actor=actor, name=_ENGINE)

    def purge() -> Organization:
        return purge_engine(actor=actor, name=_ENGINE, typed=_ENGINE)

    times: dict[str, list[float]] = {name: [] for name in ("on", "off", "on_again", "purge")}
    for _ in range(size.samples):
        for name, act in (("on", on), ("off", off), ("on_again", on)):
            times[name].append(_timed(tenant, act))
        _timed(tenant, off)
        times["purge"].append(_timed(tenant, purge))
    for name, found in times.items():
        yield from spread("tenancy", f"engine_{name}", found, engine=_ENGINE, tenants_present=len(fleet.tenants))


def _timed(tenant: Tenant, act: Callable[[], Organization]) -> float:
    with stopwatch() as watch, tenant_context(tenant), transaction.atomic():
        act()
    return watch.seconds * 1000
