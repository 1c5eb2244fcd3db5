"""Products and services that a customer has."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.models.choices import HoldingState
from crm.pages.labels import Labels
from crm.pages.links import record_url
from crm.panels.book import Frame, Panel
from crm.services.parts import today
from kernel.access import may_add, records_visible_to
from kernel.registry import registry

_SOON = 60
_TONES = {HoldingState.ACTIVE: "ok", HoldingState.TRIAL: "info", HoldingState.ENDED: "", HoldingState.RETURNED: "warn"}


def context(frame: Frame) -> Mapping[str, Any] | None:
    rows = records_visible_to(frame.actor, "holding").filter(**{f"{frame.entity.name}_id": frame.record.pk})
    found = list(rows.order_by("state", "-since", "-id")[:40])
    may = frame.may_change and may_add("holding", frame.actor)
    items = [_item(row, url) for row, url in zip(found, _product_urls(found, frame), strict=True)]
    return {
        "items": items, "may_change": may,
        "add_url": f"/holdings/new/?{frame.entity.name}={frame.record.pk}" if may else "",
    }  # fmt: skip


def _product_urls(rows: list[Any], frame: Frame) -> list[str]:
    """Addresses in the catalogue, of products that the actor may see; one query, where the catalogue is on."""
    names = {entity.name for entity in registry.entities_of(frame.actor.engines)}
    if "product" not in names:
        return [""] * len(rows)
    labels = Labels(frame.actor).learn({"product": {row.product_ref for row in rows if row.product_ref}})
    return [record_url("product", r.product_ref) if labels.get("product", r.product_ref) else "" for r in rows]


def _item(row: Any, url: str) -> dict[str, Any]:
    left = (row.until - today()).days if row.until and row.state in (HoldingState.ACTIVE, HoldingState.TRIAL) else None
    return {
        "pk": row.pk, "name": row.name, "url": url, "quantity": row.quantity if row.quantity != 1 else None,
        "serial": row.serial, "since": row.since, "until": row.until, "state": row.get_state_display(),
        "tone": _TONES.get(row.state, ""), "late": left is not None and left < 0,
        "soon": left is not None and 0 <= left <= _SOON,
    }  # fmt: skip


panel = Panel(
    "holdings", _("Products held"), "crm/panels/holdings.html", context, frozenset({"account", "contact"}),
    "package-check",
)  # fmt: skip
