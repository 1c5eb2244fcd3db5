"""The job "crm.audit_export": a long audit as a file, kept for a few days like the files of long lists."""

from uuid import UUID

from crm.audit.asking import Question, lines_for, read_question
from crm.audit.export import EXPORT, file_name, newest_line, note_export, write_lines
from crm.imports.acting import actor_of
from crm.pages.bulk_job import AUDIT_EXPORT
from crm.pages.carried import carried, carry
from crm.pages.export_job import ref_of
from kernel import files
from kernel.access import Actor, require
from kernel.jobs import JobRun, start_job
from kernel.models import Job
from kernel.query.counting import size_of


def start_export(asked: Question, *, actor: Actor) -> Job:
    require(actor, EXPORT)
    size = size_of(lines_for(actor, asked))
    payload = {"asked": asked.params(), "upto": str(newest_line() or ""), "kind": "csv", "name": file_name(), **carry()}
    return start_job(AUDIT_EXPORT, actor=actor, payload=payload, total=size.number)


def run_export(job: JobRun) -> None:
    """From the beginning each time, up to the line it was asked at: half a file is none, and both are the same file."""
    given, done, ref = job.payload, 0, ref_of(job.job)
    if job.data.get("written"):
        return  # killed behind its last step: the file lies there, and that it was taken is written down
    with job.step():
        actor = actor_of(job.job)
        require(actor, EXPORT)

    def step(lines: int) -> None:
        nonlocal done
        done += lines
        with job.step():
            job.progress(done, max(done, job.job.total or 0))

    with carried(given):
        asked = read_question(given["asked"])
        with files.write(ref) as target:
            written = write_lines(asked, target, actor=actor, upto=_uuid(given["upto"]), step=step)
        with job.step():
            note_export(asked, written, actor=actor)
            job.job.result = {"rows": written}
            job.progress(written, written, written=True)


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None
