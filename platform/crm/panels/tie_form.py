"""A new relationship: what, to whom, since when. One sentence, whichever side one stands on."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages.undo import told
from crm.panels.acting import frame_of
from crm.panels.book import Frame
from crm.selectors.ties import words
from kernel.access import may_add, records_visible_to
from kernel.clean import clean_values
from kernel.errors import Invalid, Problem
from kernel.records import create_record
from kernel.registry import registry

_BACK = "back:"


def add_tie(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    frame = frame_of(request, entity, pk)
    if request.method != "POST":
        return _form(request, frame, {}, {})
    typed = {name: request.POST.get(name, "").strip() for name in ("role", "account", "contact", "since", "note")}
    kind = registry.entity("relationship")
    try:
        values = clean_values(kind, _given(frame, typed), actor=frame.actor)
        tie = create_record(kind, actor=frame.actor, values=values)
    except Invalid as error:
        return _form(request, frame, typed, error.problems, status=422)
    return told(_("The relationship was added"), undo=f"/undo/{tie.audit_id}/", body="<!-- done -->")


def _given(frame: Frame, typed: dict[str, str]) -> dict[str, Any]:
    """From what was typed to the row: "back:<role>" reads the role the other way round."""
    role, back = typed["role"].removeprefix(_BACK), typed["role"].startswith(_BACK)
    mine, theirs = ("to", "from") if back else ("from", "to")
    given = {"role": role, f"{mine}_{frame.entity.name}": str(frame.record.pk), "note": typed["note"]}
    if typed["since"]:
        given["since"] = typed["since"]
    for name in ("account", "contact"):
        if typed[name]:
            given[f"{theirs}_{name}"] = typed[name]
    return given


def _form(
    request: HttpRequest, frame: Frame, typed: dict[str, str], problems: dict[str, list[Problem]], status: int = 200
) -> HttpResponse:
    errors = {
        name.removeprefix("from_").removeprefix("to_"): " ".join(map(str, found)) for name, found in problems.items()
    }
    context = {
        "roles": _roles(frame), "typed": typed, "errors": errors, "url": request.path, "name": frame.record.name,
        "account_lookup": reverse("crm:lookup", args=["account"]),
        "contact_lookup": reverse("crm:lookup", args=["contact"]),
        "roles_url": reverse("crm:relationship_role_list") if may_add("relationship_role", frame.actor) else "",
    }  # fmt: skip
    return render(request, "crm/panels/_tie_form.html", context, status=status)


def _roles(frame: Frame) -> list[tuple[str, str]]:
    """Each role from this record's side; both ways where they differ and both may be."""
    name, found = frame.entity.name, []
    for role in records_visible_to(frame.actor, "relationship_role").filter(is_active=True).order_by("group", "name"):
        forward, backward = words(role)
        if role.from_kind in ("any", name):
            found.append((str(role.pk), forward))
        if role.to_kind in ("any", name) and (backward != forward or role.from_kind not in ("any", name)):
            found.append((f"{_BACK}{role.pk}", backward))
    return found
