"""What panels send: each act is done at once, told of in a toast and taken back by its button."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.models.choices import Tier
from crm.pages.links import actor_of
from crm.pages.undo import told
from crm.panels.book import Frame, panel_named
from crm.services.tags import add_tag, remove_tag, tag_named, taggable
from crm.services.tiers import set_tier
from crm.services.ties import end_relationship
from kernel.access import get_record_for
from kernel.clean import clean_values
from kernel.errors import Invalid, NotFound
from kernel.records import create_record, delete_record, update_record
from kernel.registry import Entity, registry

CUSTOMERS: Final = frozenset({"account", "contact"})
#: Parts that a panel takes away, and those of which one is primary.
PARTS: Final = frozenset({"contact_point", "address", "life_event", "holding", "relationship", "attachment", "note"})
PRIMARY: Final = frozenset({"contact_point", "address"})


def frame_of(request: HttpRequest, entity: str, pk: UUID, *, among: frozenset[str] = CUSTOMERS) -> Frame:
    """The record of a panel that is about to be changed, authorised."""
    if among and entity not in among:
        raise NotFound()
    actor = actor_of(request)
    kind = registry.entity(entity)
    return Frame(actor, kind, get_record_for(actor, kind, pk, "change"), may_change=True)


def any_record(request: HttpRequest, entity: str, pk: UUID) -> Frame:
    """The same for records of every kind that may carry tags and files."""
    try:
        taggable(entity)
    except Invalid:
        raise NotFound() from None
    return frame_of(request, entity, pk, among=frozenset())


def add_point(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """One more way to reach a customer. What is wrong is said beside what was typed."""
    frame = frame_of(request, entity, pk)
    typed = {name: request.POST.get(name, "").strip() for name in ("kind", "label", "value")}
    typed["kind"] = typed["kind"] or guess_kind(typed["value"])
    given: dict[str, Any] = {**typed, entity: str(pk)}
    try:
        kind = registry.entity("contact_point")
        point = create_record(kind, actor=frame.actor, values=clean_values(kind, given, actor=frame.actor))
    except Invalid as error:
        problems = [str(p) for several in error.problems.values() for p in several]
        context = {"p": panel_named("reach").context(frame), "typed": typed, "error": " ".join(problems)}
        return render(request, "crm/panels/_point_form.html", context, status=422)
    return told(_("“%s” was added") % point.value, undo=f"/undo/{point.audit_id}/")


def guess_kind(value: str) -> str:
    if "@" in value and not value.startswith("@"):
        return "email"
    if value.startswith(("http", "www.")):
        return "website"
    digits = "".join(c for c in value if c.isdigit())
    return "mobile" if digits.removeprefix("0098").removeprefix("98").lstrip("0").startswith("9") else "phone"


def make_primary(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    kind = _part(entity, PRIMARY)
    row = update_record(kind, pk, actor=actor_of(request), values={"is_primary": True})
    audit = getattr(row, "audit_id", None)
    return told(_("“%s” is the primary one now") % kind.title_of(row), undo=f"/undo/{audit}/" if audit else "")


def remove_part(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    kind = _part(entity, PARTS)
    row = delete_record(kind, pk, actor=actor_of(request))
    return told(_("“%s” was removed") % kind.title_of(row), undo=f"/undo/{row.audit_id}/")


def _part(name: str, among: frozenset[str]) -> Entity:
    if name not in among:
        raise NotFound()
    return registry.entity(name)


def end_tie(request: HttpRequest, pk: UUID) -> HttpResponse:
    tie = end_relationship(pk, actor=actor_of(request))
    audit = getattr(tie, "audit_id", None)
    return told(_("The relationship has ended"), undo=f"/undo/{audit}/" if audit else "")


def change_tags(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """`tag` is put on (an id, or "new:<name>"), `remove` is taken off."""
    frame = any_record(request, entity, pk)
    if gone := request.POST.get("remove", ""):
        outcome = remove_tag(frame.entity, [pk], _uuid(gone), actor=frame.actor)
        said = _("The tag was taken off")
    elif wish := request.POST.get("tag", "").strip():
        tag = tag_named(wish, actor=frame.actor)
        outcome = add_tag(frame.entity, [pk], tag.pk, actor=frame.actor)
        said = _("Tagged “%s”") % tag.name
    else:
        return HttpResponse(status=204)
    return told(said, undo=f"/undo/{outcome.batch}/" if outcome.changed else "")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None


def change_tier(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """GET asks which tier and why; POST keeps it."""
    frame = frame_of(request, entity, pk)
    if request.method != "POST":
        context = {"tiers": Tier.choices, "record": frame.record, "url": request.path,
                   "note": dict(frame.record.tier_reason or {}).get("note", "")}  # fmt: skip
        return render(request, "crm/panels/_tier_form.html", context)
    tier = request.POST.get("tier", "")
    if tier and tier not in Tier.values:
        raise NotFound()
    record = set_tier(entity, pk, tier, actor=frame.actor, note=request.POST.get("note", "").strip())
    audit = getattr(record, "audit_id", None)
    return told(_("Saved"), undo=f"/undo/{audit}/" if audit else "", body="<!-- done -->")
