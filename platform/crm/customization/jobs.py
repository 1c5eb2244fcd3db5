"""What goes on behind definitions: removing the values of deleted fields, numbering what is there already, restores."""

from django.db import transaction
from django.db.models import F, Func, JSONField, Value

from crm.customization.fields import fields_of
from crm.customization.indexes import drop_all
from crm.customization.loading import entity_of
from crm.customization.services import INDEX_JOB
from crm.models import CustomField
from kernel.access import system_actor
from kernel.derived import ensure_nightly, refill_all
from kernel.events import Event
from kernel.jobs import JobRun, start_job
from kernel.records import change_records

_BATCH = 2000


class _Without(Func):
    """A JSON object without one of its names."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = JSONField()


def run_purge(run: JobRun) -> None:
    """The job "crm.field_purge": values and indexes of a field that was deleted for good, then its definition."""
    with transaction.atomic():
        definition = CustomField.objects.filter(pk=run.payload["field"], state=CustomField.State.DELETED).first()
    if definition is None:
        return
    names = [*(field.name for field in fields_of(definition)), f"{definition.name}__was"]
    done = run.job.done
    for name in names:
        while gone := _forget(run, definition.entity, name, done):
            done += gone
    drop_all(definition)
    with run.step():
        definition.delete()


def _forget(run: JobRun, entity: str, name: str, done: int) -> int:
    """Some records at a time, so that nobody waits long for one of them."""
    with run.step():
        rows = entity_of(entity).model_class._base_manager.all()
        ids = list(rows.filter(extra__has_key=name).values_list("pk", flat=True)[:_BATCH])
        locked = rows.filter(pk__in=ids)
        locked.update(extra=_Without(F("extra"), Value(name)))
        run.progress(done + len(ids))
    return len(ids)


def run_number(run: JobRun) -> None:
    """The job "crm.field_number": records that were there before the field get their numbers, oldest first."""
    actor = system_actor("auto-number")
    while True:
        with run.step():
            definition = CustomField.objects.filter(pk=run.payload["field"], state=CustomField.State.ACTIVE).first()
            if definition is None:
                return
            (field, *_rest) = fields_of(definition)
            rows = entity_of(definition.entity).records().exclude(extra__has_key=field.name)
            ids = list(rows.order_by("created_at", "id").values_list("pk", flat=True)[:_BATCH])
            if not ids:
                return
            texts = field.take(len(ids))
            values = {pk: {field.name: text} for pk, text in zip(ids, texts, strict=True)}
            change_records(definition.entity, values, actor=actor, batch=run.job.pk)
            run.progress(run.job.done + len(ids))


def hear_restored(_event: Event) -> None:
    """A workspace that came out of an archive has the tables of its release, and no indexes of its own yet."""
    CustomField.objects.update(indexed_at=None, index_problem="")
    actor = system_actor("restore")
    for definition in CustomField.objects.exclude(state=CustomField.State.DELETED):
        start_job(INDEX_JOB, actor=actor, payload={"field": str(definition.pk)})
    refill_all()  # another organization's language, calendar and money may be this one's now
    ensure_nightly()
