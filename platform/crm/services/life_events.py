"""Life events: when each is told of, and telling of it on its day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Min
from django.utils import timezone

from crm.models import LifeEvent
from crm.services.parts import require_one
from kernel.access import Actor, system_actor
from kernel.calendars import Calendar
from kernel.context import get_tenant
from kernel.events import publish_all
from kernel.formats import Locale
from kernel.jobs import JobRun, start_job
from kernel.models import Job
from kernel.preferences import locale_of
from kernel.write import Change

JOB: Final = "crm.life_events"
STEP: Final = 500


def workspace_locale() -> Locale:
    """Anniversaries follow the organization's calendar, whoever writes them."""
    return locale_of(get_tenant())


def _today() -> date:
    return timezone.now().astimezone(workspace_locale().zone).date()


def prepare_event(event: Any, changed: set[str], actor: Actor) -> None:
    """Its kind names it where nobody did, and its next day is worked out."""
    require_one(event)
    kind = event._state.fields_cache.get("kind")
    if kind is not None:
        event.name = event.name or kind.name
        if event._state.adding and "yearly" not in changed:
            event.yearly = kind.yearly
    if event._state.adding or changed & {"on", "yearly"}:
        event.next_on = next_day(event.on, event.yearly, _today(), workspace_locale().cal)


def next_day(on: date, yearly: bool, since: date, calendar: Calendar) -> date | None:
    """The first day not before `since` on which it comes; a leap day comes a day earlier in other years."""
    if on >= since:
        return on
    if not yearly:
        return None
    born, now = calendar.from_date(on), calendar.from_date(since)
    for year in (now.year, now.year + 1):
        day = min(born.day, calendar.month_length(year, born.month))
        found = calendar.to_date(year, born.month, day)
        if found >= since:
            return found
    return None


def after_events(verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    """Some day may have come nearer: see that the job wakes up for it."""
    days = [c.record.next_on for c in changes if c.record.next_on and c.record.deleted_at is None]
    if days:
        plan_announcing(min(days))


def plan_announcing(day: date) -> None:
    """One waiting job, due at the beginning of the earliest day that is to be told of."""
    at = datetime.combine(day, time(0, 5), workspace_locale().zone)
    job = Job.objects.select_for_update().filter(kind=JOB, state=Job.State.WAITING).first()
    if job is None:
        job = start_job(JOB, actor=system_actor(), payload={})
    elif job.next_at <= at:
        return
    job.next_at = at
    job.save(update_fields=["next_at"])


def run_announcing(run: JobRun) -> None:
    """Tell of everything whose day has come, then sleep until the next."""
    told = int(run.data.get("told", 0))
    while True:
        with run.step():
            count = announce(_today())
            told += count
            run.progress(told, told=told)
            if count < STEP:
                earliest = LifeEvent.objects.filter(next_on__isnull=False).aggregate(day=Min("next_on"))["day"]
                if earliest:
                    plan_announcing(earliest)
                return


def announce(day: date) -> int:
    """Publish those whose day has come, and give each its next one; how many."""
    due = LifeEvent.objects.select_for_update(of=("self",), skip_locked=True).select_related("kind")
    rows = list(due.filter(next_on__lte=day).order_by("next_on", "id")[:STEP])
    calendar = workspace_locale().cal
    publish_all([("crm.life_event_came", _payload(row)) for row in rows])
    for row in rows:
        row.next_on = next_day(row.on, row.yearly, day + timedelta(1), calendar)
    LifeEvent.objects.bulk_update(rows, ["next_on"])
    return len(rows)


def _payload(event: Any) -> dict[str, Any]:
    entity, pk = event.whole
    return {
        "id": str(event.pk), "entity": "life_event", "kind": event.kind.key or event.kind.name, "name": event.name,
        "on": event.next_on.isoformat(), "of": {"entity": entity, "id": str(pk)},
    }  # fmt: skip
