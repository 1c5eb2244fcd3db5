"""Reading the words of all titles once: for workspaces that were there before, and after a restore.

Nothing has to start it: the first search that finds nothing does, so there is no step to forget.
"""

from typing import Any

from kernel.access import Actor
from kernel.jobs import JobRun, start_job
from kernel.models import Job, SearchWord
from kernel.registry import registry
from kernel.search.near import remember, words_in

JOB = "crm.search_words"
_AT_ONCE = 5_000


def words_are_known(actor: Actor) -> bool:
    """Whether every title has been read; starts reading them where nobody has."""
    if SearchWord.objects.filter(word="").exists():
        return True
    if not Job.objects.filter(kind=JOB, state__in=(Job.State.WAITING, Job.State.RUNNING)).exists():
        start_job(JOB, actor=actor, payload={})
    return True


def gather_words(run: JobRun) -> None:
    """Entity after entity, key after key; a resumed run goes on where the last step ended."""
    with run.step():
        kinds = [kind for kind in registry.entities if kind.title and kind.pages]
    done = set(run.data.get("entities", ()))
    for kind in kinds:
        while kind.name not in done:
            with run.step():
                after = _read_some(kind, run.data.get("after"))
                done |= set() if after else {kind.name}
                run.progress(run.job.done + 1, entities=sorted(done), after=after)
    with run.step():
        SearchWord.objects.create(word="")


def forget_words() -> None:
    """Somebody's data is to be gone: words of nobody's name any more go with it, and are read anew when next needed."""
    SearchWord.objects.all().delete()


def _read_some(kind: Any, after: str | None) -> str | None:
    rows = kind.records().order_by("pk")
    if after:
        rows = rows.filter(pk__gt=after)
    taken = list(rows.values_list("pk", kind.title)[:_AT_ONCE])
    words: set[str] = set()
    for title in {str(title or "") for _pk, title in taken}:
        words |= words_in(title)
    remember(words)
    return str(taken[-1][0]) if len(taken) == _AT_ONCE else None
