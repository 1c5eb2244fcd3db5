"""A column with its index in every workspace, and a release that finds nothing to do. Budgets: 50 tenants/s, 2 s.

The newer code is made up for the time of the measurement; afterwards everything is as it was.
"""

import re
import time
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from kernel.context import public_context
from tenants import sql
from tenants.models import Organization
from tenants.releases import Options, release
from tenants.versions import version_of
from tests.bench.measure import Reading, spread, stopwatch, times_of
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.factories.newer import newer

_DONE = re.compile(r"(\d+) of \d+ done")
_UNDO = """
ALTER TABLE {schema}.crm_contact DROP COLUMN IF EXISTS nickname;
DELETE FROM {schema}.django_migrations WHERE app = 'crm' AND name LIKE '%\\_nickname';"""


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    marks: list[tuple[float, int]] = []

    def note(text: str) -> None:
        if told := _DONE.match(text):
            marks.append((time.perf_counter(), int(told[1])))

    options = Options(pool=0, say=note)
    try:
        with newer():
            with stopwatch() as whole:
                report = release(options)
            if report.failed or report.busy or report.stopped or report.done != report.total:
                raise AssertionError(report)
            no_op = times_of(lambda: release(options), 5)
    finally:
        _undo()
    told = {"change": "column and index", "connections": options.parallel, "in_a_message": options.batch}
    context = {"budget": 50, **told, "seconds": round(whole.seconds, 1)}
    yield Reading("tenancy", "release", report.done / whole.seconds, "tenants/s", report.done, context)
    # A message's time among its workspaces: without templates and plans, which one workspace needs like a thousand.
    steps = [(late - soon) * 1000 / (more - few) for (soon, few), (late, more) in pairwise(marks) if more > few]
    yield Reading("tenancy", "release_each", median(steps), "ms", len(steps), told)
    present = {"tenants_present": report.total, "budget": 2000}
    yield from spread("tenancy", "release_no_op", no_op, **present)


def _undo() -> None:
    """Back to the code's own version, as if there had never been another."""
    with public_context():
        rows = list(Organization.objects.exclude(state=Organization.State.ERASED))
        for start in range(0, len(rows), 25):
            some = rows[start : start + 25]
            sql.run("".join(_UNDO.format(schema=sql.quoted(row.schema_name)) for row in some))
            for row in some:
                row.releases = {part: version_of(part) for part in row.releases}
            Organization.objects.bulk_update(some, ["releases"])
    release()
