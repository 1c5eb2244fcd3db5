"""Plans the service of every machine that has no date yet."""

from datetime import timedelta

from django.utils import timezone

from kernel.access import system_actor
from kernel.audit import record_act
from kernel.events import Event, publish
from kernel.jobs import JobRun
from kernel.records import bulk_update
from peyvand_machines.models import Machine


def plan_service(run: JobRun) -> None:
    with run.step():
        waiting = Machine.objects.filter(next_service_on__isnull=True)
        day = timezone.localdate() + timedelta(days=90)
        outcome = bulk_update("machine", waiting, actor=system_actor("machines"), values={"next_service_on": day})
        run.job.result = {"planned": outcome.changed}
        run.progress(outcome.changed, outcome.changed)
        publish("machines.service_planned", {"planned": outcome.changed})


def note_plan(event: Event) -> None:
    record_act("service_planned", actor=system_actor("machines"), changes=dict(event.payload))
