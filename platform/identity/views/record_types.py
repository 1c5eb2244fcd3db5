"""Settings › Record types: kinds of records that an organization tells apart, and which team each is private to."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from frontend.views.access import permission
from identity.forms.people import TeamField
from identity.models import Team
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from kernel.models import RecordType
from kernel.record_types import MANAGE, delete_record_type, save_record_type, typed_entities
from kernel.registry import Entity


class RecordTypeForm(forms.Form):
    """One name in each language, the team, and whether new records get it."""

    team = TeamField(
        label=gettext_lazy("Private to the team"),
        help_text=gettext_lazy("Then only its people and those of the teams below see such records. Empty: everybody."),
    )
    default = forms.BooleanField(label=gettext_lazy("New records get it"), required=False)
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {
            f"name_{code}": forms.CharField(
                label=_("Name in %s") % name,
                max_length=80,
                required=False,
                widget=forms.TextInput(attrs={"dir": "auto"}),
            )
            for code, name in settings.LANGUAGES
        }
        self.fields = {**names, **self.fields}
        self.fields["team"].show_tree()  # type: ignore[attr-defined]  # a TeamField

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = {code: given[f"name_{code}"] for code, _name in settings.LANGUAGES}
        team: Team | None = given["team"]
        return {
            "names": names, "team_id": team.pk if team else None, "default": given["default"],
            "active": given["active"],
        }  # fmt: skip


@permission(MANAGE)
@require_http_methods(["GET"])
def record_types(request: WorkspaceRequest) -> HttpResponse:
    teams = {team.pk: team.name for team in Team.objects.all()}
    by_entity: dict[str, list[tuple[RecordType, str, str]]] = {}
    for row in RecordType.objects.order_by("position", "created_at"):
        by_entity.setdefault(row.entity, []).append((row, name_of(row, request), teams.get(row.team_id, "")))
    groups = [(entity, by_entity.get(entity.name, [])) for entity in typed_entities(request.actor.engines)]
    return page(request, "identity/record_types.html", {"groups": groups})


def name_of(row: RecordType, request: WorkspaceRequest) -> str:
    language = str(getattr(request, "LANGUAGE_CODE", ""))[:2]
    return str(row.names.get(language) or next(iter(row.names.values()), row.key))


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def create(request: WorkspaceRequest, entity: str) -> HttpResponse:
    kind = _entity(request, entity)
    form = RecordTypeForm(request.POST or None)

    def act() -> None:
        save_record_type(actor=request.actor, entity=kind, **form.values())

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("Saved"))
        return redirect("identity:record_type_list")
    return page(request, "identity/record_type.html", {"form": form, "entity": kind})


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(RecordType.objects.all(), pk=pk)
    kind = _entity(request, row.entity)
    start = {"team": row.team_id, "default": row.is_default, "active": row.is_active}
    form = RecordTypeForm(
        request.POST or None, initial={**start, **{f"name_{code}": name for code, name in row.names.items()}}
    )

    def act() -> None:
        save_record_type(actor=request.actor, entity=kind, pk=row.pk, **form.values())

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("Saved"))
        return redirect("identity:record_type_list")
    return page(request, "identity/record_type.html", {"form": form, "entity": kind, "type": row})


@permission(MANAGE)
@require_POST
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(RecordType.objects.all(), pk=pk)
    done = attempt(request, lambda: delete_record_type(actor=request.actor, pk=row.pk), _("The type was deleted."))
    return redirect("identity:record_type_list") if done else redirect("identity:record_type", pk=pk)


def _entity(request: WorkspaceRequest, name: str) -> Entity:
    found = next((one for one in typed_entities(request.actor.engines) if one.name == name), None)
    if found is None:
        raise Http404
    return found
