"""Beside a record: with whom it is shared, why one sees it, and a masked value shown on demand."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm.pages.cells import cell
from crm.pages.controls import Control
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url
from kernel.access import Actor, allows, get_record_for
from kernel.badvalue import BadValue
from kernel.errors import Invalid, Problem
from kernel.explain import Reason, explain
from kernel.formats import get_locale
from kernel.models import RecordShare
from kernel.registry import Entity, Field
from kernel.revealing import reveal_value
from kernel.shares import list_shares, share_record, unshare_record
from kernel.values import parse_value

ACTIONS = ("view", "change", "delete")
_ICONS = {
    "role": "shield", "own": "user", "team": "network", "team_below": "network", "territory": "map-pin",
    "all": "shield-check", "type": "lock", "share": "share-2", "view": "eye-off", "state": "lock",
}  # fmt: skip


def shares(request: HttpRequest, pk: UUID, *, entity: Entity) -> HttpResponse:
    """With whom the record is shared, and the form that shares it."""
    actor = actor_of(request)
    record = get_record_for(actor, entity, pk)
    problems: dict[str, list[Problem]] = {}
    if request.method == "POST":
        try:
            share_record(entity, pk, actor=actor, **_typed(request))
        except Invalid as error:
            problems = error.problems
    return _shares(request, entity, record, problems)


def _shares(request: HttpRequest, entity: Entity, record: Any, problems: dict[str, list[Problem]]) -> HttpResponse:
    actor, pk = actor_of(request), record.pk
    given = request.POST if problems else request.GET
    may_change = allows(actor, entity, record, "change")
    controls = _controls(given.get("to_kind", "user"), given, problems) if may_change else []
    context = {
        "entity": entity, "record": record, "shares": list_shares(entity, pk, actor=actor), "controls": controls,
        "kinds": RecordShare.To.choices, "to_kind": given.get("to_kind", "user"), "may_change": may_change,
        "title": _("Share “%s”") % entity.title_of(record),
        "action": entity_url(entity, "shares", pk), "back": entity_url(entity, "detail", pk),
        "loose": [p for name, several in problems.items() if name not in _NAMES for p in several],
    }  # fmt: skip
    return beside(request, "crm/shares.html", context, 422 if problems else 200)


_NAMES = ("to_kind", "to", "level", "until", "note")


def _typed(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    return {
        "to_kind": post.get("to_kind", ""), "to_id": post.get("to", ""), "level": post.get("level", "view"),
        "until": _end_of(post.get("until", "")), "note": post.get("note", ""),
    }  # fmt: skip


def _end_of(text: str) -> datetime | None:
    """The end of the day that was typed."""
    if not text.strip():
        return None
    try:
        day: Any = parse_value("date", text, options={})
    except BadValue as error:
        raise Invalid.one("until", error.code, error.message) from None
    return datetime.combine(day, time.max, get_locale().zone)


def _controls(to_kind: str, given: Any, problems: dict[str, list[Problem]]) -> list[Control]:
    kind = to_kind if to_kind in RecordShare.To.values else "user"
    label = RecordShare.To(kind).label

    def control(field: Field, shape: str, value: str, url: str = "") -> Control:
        said = " ".join(str(p) for p in problems.get(field.name, ()))
        return Control(field=field, name=field.name, shape=shape, value=value, error=said, url=url)

    choices = tuple((str(value), text) for value, text in RecordShare.Level.choices)
    return [
        control(
            Field(name="to", kind="relation", label=label, target=kind, required=True), "relation", "",
            reverse("crm:lookup", args=[kind]),
        ),
        control(
            Field(name="level", kind="choice", label=_("They may"), choices=choices, required=True), "select",
            given.get("level", "view"),
        ),
        control(Field(name="until", kind="date", label=_("Until")), "date", given.get("until", "")),
        control(Field(name="note", kind="text", label=_("Note")), "text", given.get("note", "")),
    ]  # fmt: skip


def unshare(request: HttpRequest, pk: UUID, share: UUID, *, entity: Entity) -> HttpResponse:
    """Take a share back; what is left is drawn again."""
    actor = actor_of(request)
    unshare_record(entity, pk, share, actor=actor)
    return _shares(request, entity, get_record_for(actor, entity, pk), {})


def why(request: HttpRequest, pk: UUID, *, entity: Entity) -> HttpResponse:
    """Why I can see this record, and whether I can change or delete it."""
    actor = actor_of(request)
    record = get_record_for(actor, entity, pk)
    context = {
        "entity": entity, "record": record, "title": _("Why can I see this?"),
        "answers": answers(entity, actor, record),
        "back": entity_url(entity, "detail", pk),
    }  # fmt: skip
    return beside(request, "crm/why.html", context)


def answers(entity: Entity, actor: Actor, record: Any) -> list[tuple[Reason, list[tuple[str, Reason]]]]:
    """For each action: the verdict, and the reasons with their icons."""
    found = []
    for action in ACTIONS:
        verdict, *reasons = explain(entity, actor, action, record)
        found.append((verdict, [(_ICONS.get(one.kind, "info"), one) for one in reasons]))
    return found


def reveal(request: HttpRequest, pk: UUID, name: str, *, entity: Entity) -> HttpResponse:
    """A masked value in clear, to stand where its dots stood."""
    actor = actor_of(request)
    field, _value, record = reveal_value(entity, pk, name, actor=actor)
    labels = Labels(actor).load([record], [field])
    response = HttpResponse(cell(field, record, labels, links=True) or format_html("<span>—</span>"))
    response["Cache-Control"] = "no-store"
    return response


def beside(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """In the drawer where htmx asks for one, else on a page of its own."""
    frame = "crm/beside_drawer.html" if request.headers.get("HX-Target") == "slot" else "crm/beside_page.html"
    return render(request, template, {**context, "beside": frame}, status=status)
