"""Tagging many records, and taking a tag off them: those ticked, or all that the filters let through."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from crm.models import Tag
from crm.pages.bulk_chosen import finish, ids_of, selection_of
from crm.pages.bulk_job import start_bulk_tagging
from crm.pages.bulk_plan import DIRECT, EXAMPLES, Example, Plan, Selection, selected
from crm.pages.links import actor_of, entity_url
from crm.selectors.tags import condition, tags_by_record
from crm.services.tags import add_tag, remove_tag, tag_meant, tag_named
from kernel import formats
from kernel.access import NOTHING, Actor, denied, may_add, require, visible
from kernel.errors import NotFound
from kernel.query.counting import size_of
from kernel.registry import Entity

TAGGING = ("tag", "untag")


def tag_chosen(request: HttpRequest, entity: Entity, given: QueryDict) -> HttpResponse:
    """Ask for the tag; with `do=preview` what would happen; then put it on, or take it off, as a job where that takes
    long."""
    actor = actor_of(request)
    require(actor, entity.permission("change"))
    off, selection, wish = given.get("act") == "untag", selection_of(given), given.get("tag", "").strip()
    if not wish or request.method != "POST":
        return _dialog(request, entity, selection, off=off)
    meant = tag_meant(wish, actor=actor)
    if isinstance(meant, str):
        if off:
            raise NotFound()
        if not may_add("tag", actor):
            raise denied()
    if given.get("do") == "back":
        return _dialog(request, entity, selection, off=off, wish=wish, meant=meant)
    if given.get("do") == "preview":
        return _preview(request, entity, selection, off=off, wish=wish, meant=meant)
    tag = tag_named(wish, actor=actor)
    if selection.everything:
        size = size_of(selected(entity, selection, actor))
        if not size.exact or size.number > DIRECT:
            total = size.number if size.exact else None
            job = start_bulk_tagging(entity, selection, tag.pk, off=off, actor=actor, total=total)
            return HttpResponseClientRedirect(reverse("crm:work", args=[job.pk]))
    outcome = (remove_tag if off else add_tag)(entity, ids_of(entity, selection, actor), tag.pk, actor=actor)
    said = ngettext("%(n)s record tagged", "%(n)s records tagged", outcome.changed)
    if off:
        said = ngettext("Tag taken off %(n)s record", "Tag taken off %(n)s records", outcome.changed)
    return finish(said, outcome)


def plan_tagging(entity: Entity, selection: Selection, tag: Tag | str, *, off: bool, actor: Actor) -> Plan:
    """Counts by the same predicate that the act obeys; a fixed number of queries. A tag that is yet to be made is on no
    record."""
    rows = selected(entity, selection, actor)
    size = size_of(rows)
    allowed = rows.filter(visible(entity, actor, "change"))
    wears = NOTHING if isinstance(tag, str) else condition(entity, "in", [tag.pk])
    due = allowed.filter(wears if off else ~Q(wears))
    examples = _examples(entity, list(due.order_by("pk")[:EXAMPLES]), str(tag), off=off, actor=actor)
    if not size.exact:
        return Plan(size, examples=examples)
    changing = due.count()
    # Of records that do not wear it there is nothing to take off, whoever they belong to.
    mine = allowed.count() if not off else size.number - rows.filter(wears).count() + changing
    return Plan(size, changing, mine - changing, size.number - mine, examples)


def _examples(entity: Entity, records: Sequence[Any], name: str, *, off: bool, actor: Actor) -> list[Example]:
    worn = tags_by_record(entity, [record.pk for record in records], actor=actor)
    found = []
    for record in records:
        before = [tag.name for tag in worn.get(record.pk, ())]
        after = [one for one in before if one != name] if off else [*before, name]
        change = (_("Tags"), formats.listed(before), formats.listed(after))
        found.append(Example(entity.title_of(record), [change]))
    return found


def _common(entity: Entity, selection: Selection, *, off: bool) -> dict[str, Any]:
    return {
        "entity": entity, "act": "untag" if off else "tag", "off": off, "selected": selection.ids,
        "state": selection.state, "everything": selection.everything, "bulk_url": entity_url(entity, "bulk"),
    }  # fmt: skip


def _preview(
    request: HttpRequest, entity: Entity, selection: Selection, *, off: bool, wish: str, meant: Tag | str
) -> HttpResponse:
    plan = plan_tagging(entity, selection, meant, off=off, actor=actor_of(request))
    said = _("Take off the tag “%(name)s”") if off else _("Add the tag “%(name)s”")
    context = {
        **_common(entity, selection, off=off), "plan": plan, "typed_shown": [("tag", wish)],
        "title": said % {"name": meant},
    }  # fmt: skip
    return render(request, "crm/bulk_preview.html", context)


def _dialog(
    request: HttpRequest, entity: Entity, selection: Selection, *, off: bool, wish: str = "", meant: Tag | str = ""
) -> HttpResponse:
    actor = actor_of(request)
    total = size_of(selected(entity, Selection(state=selection.state, everything=True), actor))
    context = {
        **_common(entity, selection, off=off), "lookup": reverse("crm:lookup", args=["tag"]), "wish": wish,
        "text": str(meant), "may_create": not off and may_add("tag", actor), "total": total,
        "more": total.number > len(selection.ids),
    }  # fmt: skip
    return render(request, "crm/bulk_tags.html", context)
