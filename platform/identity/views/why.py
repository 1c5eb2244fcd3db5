"""Settings › Who sees what: any person, any record, and the reasons why they see it or not."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontend.views.access import permission
from identity.actors import actor_for
from identity.models import User
from identity.views.helpers import WorkspaceRequest, page
from kernel.access import get_record_for
from kernel.context import require_tenant
from kernel.errors import NotFound
from kernel.explain import explain
from kernel.narrowing import whole
from kernel.registry import Entity, registry

ACTIONS = ("view", "change", "delete")
ICONS = {
    "role": "shield", "own": "user", "team": "network", "team_below": "network", "territory": "map-pin",
    "all": "shield-check", "type": "lock", "share": "share-2", "view": "eye-off", "state": "lock",
}  # fmt: skip


@permission("identity.role.manage")
@require_http_methods(["GET"])
def why(request: WorkspaceRequest) -> HttpResponse:
    """Whoever decides roles asks this of records that they see themselves."""
    entities = [e for e in registry.entities_of(request.actor.engines) if e.pages]
    kind = next((e for e in entities if e.name == request.GET.get("entity")), entities[0])
    person = User.objects.filter(pk=_uuid(request.GET.get("person"))).first()
    record, missing = _record(request, kind)
    answers: list[Any] = []
    if person is not None and record is not None:
        actor = actor_for(person, require_tenant())
        for action in ACTIONS:
            verdict, *reasons = explain(kind, actor, action, record)
            answers.append((verdict, [(ICONS.get(one.kind, "info"), one) for one in reasons]))
    context = {
        "entities": [(e.name, e.label_plural) for e in entities], "entity": kind, "person": person, "record": record,
        "record_title": whole(kind).title_of(record) if record is not None else "", "missing": missing,
        "answers": answers, "people_url": reverse("crm:lookup", args=["user"]),
        "records_url": reverse("crm:lookup", args=[kind.name]), "inactive": person is not None and not person.is_active,
    }  # fmt: skip
    return page(request, "identity/why.html", context)


def _record(request: WorkspaceRequest, kind: Entity) -> tuple[Any, str]:
    wanted = request.GET.get("record", "")
    if not wanted:
        return None, ""
    try:
        return get_record_for(request.actor, kind, wanted), ""
    except NotFound:
        return None, _("No such record is here, or you may not see it. Choose another.")


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
