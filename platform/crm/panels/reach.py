"""Every way to reach a customer and every address, changed where they stand."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from crm.models.choices import Place, PointKind
from crm.pages.labels import shows
from crm.panels.book import Frame, Panel
from crm.services.points import COLUMNS
from kernel import formats
from kernel.access import may_add, records_visible_to
from kernel.places import HOME, country_name

ICONS: Final = {
    PointKind.EMAIL: "mail", PointKind.PHONE: "phone", PointKind.MOBILE: "smartphone", PointKind.FAX: "printer",
    PointKind.WEBSITE: "globe", PointKind.MESSENGER: "message-circle",
}  # fmt: skip
_ORDER: Final = {kind: place for place, kind in enumerate(ICONS)}
LABELS: Final = (Place.WORK, Place.HOME, Place.BILLING, Place.ASSISTANT, Place.OTHER)


def context(frame: Frame) -> Mapping[str, Any] | None:
    own = {f"{frame.entity.name}_id": frame.record.pk}
    may = frame.may_change and may_add("contact_point", frame.actor)
    points = records_visible_to(frame.actor, "contact_point").filter(**own).order_by("-is_primary", "id")
    addresses = records_visible_to(frame.actor, "address").filter(**own).order_by("-is_primary", "id")
    hidden = hidden_kinds(frame)
    rows = sorted((p for p in points[:60] if p.kind not in hidden), key=lambda p: _ORDER.get(p.kind, 9))
    return {
        "points": [_point(row) for row in rows], "addresses": [_address(row) for row in addresses[:30]],
        "may_change": may, "add_url": f"{frame.place}points/",
        "address_url": f"/addresses/new/?{frame.entity.name}={frame.record.pk}",
        "kinds": PointKind.choices, "labels": [(one.value, one.label) for one in LABELS],
    }  # fmt: skip


def hidden_kinds(frame: Frame) -> set[str]:
    """Whose role hides the record's e-mail does not read it here either."""
    columns = COLUMNS[frame.entity.name]
    return {kind for kind, column in columns.items() if not shows(frame.entity, column)}


def _point(row: Any) -> dict[str, Any]:
    href = {"email": "mailto:", "phone": "tel:", "mobile": "tel:", "website": ""}.get(row.kind)
    safe = row.kind != "website" or row.value.startswith(("https://", "http://"))
    return {
        "pk": row.pk, "icon": ICONS.get(row.kind, "at-sign"), "kind": row.get_kind_display(),
        "label": row.get_label_display(), "primary": row.is_primary, "note": row.note, "value": row.value,
        "shown": formats.phone(row.value) if href == "tel:" else _bare(row.value),
        "href": f"{href}{row.value}" if href is not None and safe else "", "version": row.version,
    }  # fmt: skip


def _bare(value: str) -> str:
    """A page's address as people say it."""
    return value.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _address(row: Any) -> dict[str, Any]:
    province = row.get_province_display() if row.province else row.region
    country = "" if row.country in ("", HOME) else country_name(row.country)
    place = [one for one in (row.city, province if str(province) != row.city else "", country) if one]
    return {
        "pk": row.pk, "street": row.street, "place": place, "postal_code": row.postal_code,
        "label": row.get_label_display(), "primary": row.is_primary,
    }  # fmt: skip


panel = Panel(
    "reach",
    _("Every way to reach them"),
    "crm/panels/reach.html",
    context,
    frozenset({"account", "contact"}),
    "at-sign",
)
