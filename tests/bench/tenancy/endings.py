"""Erasing a workspace whose date has come, and looking through the whole server for what nobody owns."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from kernel.context import public_context
from tenants import erasure, reaper
from tenants.models import Organization
from tenants.states import State
from tests.bench.measure import Reading, spread, stopwatch, times_of
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.factories import make_workspace


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    context = {"tenants_present": len(fleet.tenants)}
    erased = [_erased(make_workspace()[0]) for _ in range(max(2, size.samples // 4))]
    yield from spread("tenancy", "erasure", erased, engines=["sfa"], **context)
    # Looked for, not removed: other databases of a server that is not the bench's alone may be in the making.
    yield from spread("tenancy", "reaper_pass", times_of(reaper.find_ownerless, 3), **context)


def _erased(organization: Organization) -> float:
    with public_context():
        past = timezone.now() - timedelta(days=1)
        Organization.objects.filter(pk=organization.pk).update(state=State.SUSPENDED, erase_after=past)
    with stopwatch() as watch:
        erasure.erase(organization)
    return watch.seconds * 1000
