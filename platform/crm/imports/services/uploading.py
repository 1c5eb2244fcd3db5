"""A file comes in: it is kept, understood, and a mapping is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.imports.detect import Detected, detect_columns, propose_mapping, propose_match
from crm.imports.detect.columns import SAMPLE_ROWS
from crm.imports.plan import find_field, is_settable, signature, targets_of
from crm.imports.reader import BadFile, Column, ReadOptions, Table, open_table
from crm.imports.selectors import columns_of, entity_for_import, limits
from crm.models import ImportMapping, ImportRun
from kernel import files
from kernel.access import Actor, require
from kernel.money_input import home_currency, typed_unit
from kernel.registry import Entity
from kernel.values_text import shown

AREA = "imports"


@transaction.atomic
def upload(
    *, actor: Actor, entity: str, filename: str, chunks: Iterable[bytes], options: ReadOptions | None = None
) -> ImportRun:
    """A draft with a proposal. Raises BadFile for what is no table; then nothing is kept."""
    kind = entity_for_import(entity, actor)
    require(actor, kind.permission("import"))
    ref = files.save(AREA, _bounded(chunks))
    try:
        path = files.path_of(ref)
        table = open_table(path, filename, options=options, limits=limits())
        run = ImportRun(
            created_by_id=actor.user_id, created_by_label=actor.label[:200], entity=kind.name, file=ref,
            filename=filename.replace("\x00", "")[-255:] or "—", size=path.stat().st_size,
        )  # fmt: skip
        understand(run, table, kind)
        run.save(force_insert=True)
    except BaseException:
        files.delete(ref)
        raise
    return run


def _bounded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The upload, cut off as soon as it is too large: nobody fills the disk by lying about a length."""
    total, most = 0, limits().max_bytes
    for chunk in chunks:
        total += len(chunk)
        if total > most:
            message = _("The file is larger than {limit} MB. Split it, or leave out columns you do not need.")
            raise BadFile("too_large", format_lazy(message, limit=shown(most // (1024 * 1024))))
        yield chunk


def understand(run: ImportRun, table: Table, kind: Entity) -> None:
    """Write down how the file was read, and propose: what was chosen for such a file before, else a guess."""
    found = detect_columns(table.columns, table.head(SAMPLE_ROWS))
    meta = table.meta
    run.table = {
        "kind": meta.kind, "encoding": meta.encoding, "delimiter": meta.delimiter, "sheet": meta.sheet,
        "sheets": list(meta.sheets), "heading_row": meta.heading_row, "rows_hint": meta.rows_hint,
        "columns": [_column(c, d) for c, d in zip(table.columns, found, strict=True)],
    }  # fmt: skip
    remembered = ImportMapping.objects.filter(entity=kind.name, signature=signature(table.columns)).first()
    if remembered and _still_fits(kind, remembered.mapping):
        run.mapping, run.match, run.options = remembered.mapping, remembered.match, remembered.options
        run.table["remembered"] = True
        return
    run.mapping = propose_mapping(kind, table.columns)
    run.match = propose_match(kind, run.mapping)
    columns = _column_choices(table.columns, found)
    run.options = {"create_related": True, "columns": with_units(kind, run.mapping, columns)}


def _column(column: Column, found: Detected) -> dict[str, Any]:
    return {"name": column.name, "letter": column.letter, "blank": column.blank, **found.as_json()}


def _column_choices(columns: Iterable[Column], found: Iterable[Detected]) -> dict[str, Any]:
    pairs = zip(columns, found, strict=True)
    return {
        column.name: {"date_order": guess.date_order} for column, guess in pairs if guess.date_order in ("DMY", "MDY")
    }


def with_units(kind: Entity, mapping: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Say of each column of amounts whether it holds rial or toman, where people here speak of toman."""
    chosen = dict(columns)
    if home_currency() != "IRR" or typed_unit() != "toman":
        return chosen
    for name, given in mapping.items():
        fields = [find_field(kind, path) for path in targets_of(given)]
        if any(field is not None and field.kind == "money" for field in fields):
            chosen[name] = {"unit": "toman", **chosen.get(name, {})}
    return chosen


def _still_fits(kind: Entity, mapping: dict[str, Any]) -> bool:
    """An engine's field may have gone since the mapping was remembered."""
    paths = [path for given in mapping.values() for path in targets_of(given)]
    return all((field := find_field(kind, path)) is not None and is_settable(field) for path in paths)


def remember(run: ImportRun) -> None:
    """Offer this run's choices for the next file with the same headings."""
    ImportMapping.objects.update_or_create(
        entity=run.entity, signature=signature(columns_of(run)),
        defaults={"mapping": run.mapping, "match": run.match, "options": run.options},
    )  # fmt: skip
