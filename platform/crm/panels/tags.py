"""The tags a record wears, in its header."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.panels.book import Frame, Panel
from crm.selectors.tags import tags_by_record
from kernel.access import may_add
from kernel.registry import registry


def context(frame: Frame) -> Mapping[str, Any] | None:
    tags = tags_by_record(frame.entity, [frame.record.pk], actor=frame.actor).get(frame.record.pk, ())
    may = frame.may_change and may_add("tagging", frame.actor)
    if not tags and not may:
        return None
    return {
        "tags": tags, "may_change": may, "url": f"{frame.place}tags/", "lookup": reverse("crm:lookup", args=["tag"]),
        "create": _("Make this a new tag") if may_add(registry.entity("tag"), frame.actor) else "",
        "list_url": reverse(f"{frame.entity.engine}:{frame.entity.name}_list"),
    }  # fmt: skip


panel = Panel("tags", gettext_lazy("Tags"), "crm/panels/tags.html", context, place="head")
