"""An import from a few rows or a file, run to its end in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from crm.imports import services
from crm.models import ImportRun
from kernel.jobs import run_job
from tests.crm.imports.files import text_of

Import = Callable[..., ImportRun]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def begin(
    actor: Any, entity: str, rows: Sequence[Sequence[Any]] | Path | str | bytes, mapping: Any = None, match: Any = None,
    **options: Any,
) -> ImportRun:  # fmt: skip
    """A draft of these rows (or this file), with choices where they are given."""
    if isinstance(rows, Path):
        content, name = rows.read_bytes(), rows.name
    else:
        text = rows if isinstance(rows, str | bytes) else text_of(rows)
        content, name = (text if isinstance(text, bytes) else text.encode()), "rows.csv"
    run = services.upload(actor=actor, entity=entity, filename=name, chunks=[content])
    if mapping is not None or match is not None or options:
        chosen = run.match if match is None else [match] if isinstance(match, str) else match
        run = services.choose(run.pk, actor=actor, mapping=mapping or run.mapping, match=chosen, options=options)
    return run


def finish(run: ImportRun, actor: Any) -> ImportRun:
    run = services.start_import(run.pk, actor=actor)
    assert run.job_id is not None
    assert run_job(run.job_id)
    run.refresh_from_db()
    return run


@pytest.fixture
def do_import() -> Import:
    """`do_import(actor, "account", rows, mapping=…, match=…)` → the finished run."""

    def do(actor: Any, entity: str, rows: Any, mapping: Any = None, match: Any = None, **options: Any) -> ImportRun:
        run = finish(begin(actor, entity, rows, mapping, match, **options), actor)
        assert run.rows == run.made + run.changed + run.unchanged + run.refused
        return run

    return do


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.made, run.changed, run.unchanged, run.refused
