"""What a person decides about a draft: which column is what, and how the file is to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.imports.plan import Mapped, make_plan, targets_of
from crm.imports.reader import ReadOptions, open_table
from crm.imports.selectors import columns_of, entity_for_import, get_run_for, limits
from crm.imports.services.uploading import understand
from crm.models import ImportRun
from kernel import files
from kernel.access import Actor
from kernel.errors import Conflict

_STARTED = _("This import has been started already; its choices can no longer be changed.")
_DATE_ORDERS = ("YMD", "DMY", "MDY")


def draft_of(actor: Actor, pk: Any) -> ImportRun:
    """The run, locked; Conflict when it is no draft any more."""
    run = get_run_for(actor, pk, lock=True)
    if run.state != ImportRun.State.DRAFT:
        raise Conflict(None, _STARTED)
    return run


@transaction.atomic
def choose(
    pk: Any, *, actor: Actor, mapping: Mapped, match: Sequence[str], options: Mapping[str, Any] | None = None
) -> ImportRun:
    """Keep the choices; raises Invalid, by column, for those that cannot be run."""
    run = draft_of(actor, pk)
    kept = {name: targets for name, given in mapping.items() if (targets := targets_of(given))}
    wanted = {**run.options, **_known_options(options or {})}
    make_plan(entity_for_import(run.entity, actor), columns_of(run), kept, match, wanted, actor=actor)
    run.mapping = {name: targets[0] if len(targets) == 1 else targets for name, targets in kept.items()}
    run.match, run.options, run.preview, run.preview_job = list(match), wanted, {}, None
    run.save(update_fields=["mapping", "match", "options", "preview", "preview_job"])
    return run


def _known_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they are kept; what is not known is left out, so that nothing unchecked gets into the run."""
    known: dict[str, Any] = {}
    if "create_related" in given:
        known["create_related"] = bool(given["create_related"])
    if isinstance(columns := given.get("columns"), Mapping):
        known["columns"] = {}
        for name, chosen in columns.items():
            if isinstance(chosen, Mapping):
                allowed = (("date_order", _DATE_ORDERS), ("decimal_mark", (".", ",")), ("unit", ("rial", "toman")))
                known["columns"][str(name)] = {k: chosen[k] for k, values in allowed if chosen.get(k) in values}
    return known


@transaction.atomic
def reread(pk: Any, *, actor: Actor, options: ReadOptions) -> ImportRun:
    """Understand the file anew, by another encoding, delimiter or sheet; choices start afresh."""
    run = draft_of(actor, pk)
    table = open_table(files.path_of(run.file), run.filename, options=options, limits=limits())
    understand(run, table, entity_for_import(run.entity, actor))
    run.preview, run.preview_job = {}, None
    run.save()
    return run
