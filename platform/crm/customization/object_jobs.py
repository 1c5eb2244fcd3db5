"""What goes on behind an entity that was deleted for good: its records, fields, views and rights go, then itself."""

from django.db import transaction

from crm.customization.indexes import drop_all
from crm.customization.services import PURGE_JOB as FIELD_PURGE
from crm.models import CustomField, CustomObject, CustomRecord, EntityLayout, ImportMapping, SavedView, ViewChoice
from identity.services.roles import forget_permissions
from kernel.access import system_actor
from kernel.jobs import JobRun, start_job
from kernel.registry import ACTIONS

_BATCH = 2000


def run_purge(run: JobRun) -> None:
    """The job "crm.object_purge". Killed anywhere, the next run goes on where this one was."""
    with transaction.atomic():
        one = CustomObject.objects.filter(name=run.payload["object"], deleted_at__isnull=False).first()
    if one is None:
        return
    done = run.job.done
    while gone := _remove(run, one.name, done):
        done += gone
    with transaction.atomic():
        fields = list(CustomField.objects.filter(entity=one.name))
    for field in fields:
        drop_all(field)
    with run.step():
        _forget(one)


def _remove(run: JobRun, name: str, done: int) -> int:
    """Some records at a time, so that nobody waits long for the table."""
    with run.step():
        ids = list(CustomRecord.everything.filter(object=name).values_list("pk", flat=True)[:_BATCH])
        CustomRecord.everything.filter(pk__in=ids).delete()
        run.progress(done + len(ids))
    return len(ids)


def _forget(one: CustomObject) -> None:
    """What was said of it. Fields elsewhere that point to it are deleted as fields are, with their values."""
    actor = system_actor("purge")
    for field in CustomField.objects.filter(kind="relation", options__target=one.name).exclude(entity=one.name):
        field.state = CustomField.State.DELETED
        field.save(update_fields=["state"])
        start_job(FIELD_PURGE, actor=actor, payload={"field": str(field.pk)})
    CustomField.objects.filter(entity=one.name).delete()
    for model in (EntityLayout, SavedView, ViewChoice, ImportMapping):
        model._default_manager.filter(entity=one.name).delete()
    forget_permissions([f"crm.{one.name}.{action}" for action in ACTIONS])
    one.delete()
