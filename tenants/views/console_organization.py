"""One organization as the provider sees it: its state, what became of it, and what an operator may do."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel.errors import KernelError
from kernel.registry import registry
from tenants.models import Organization
from tenants.services.operating import act_on, acts_for
from tenants.states import REASONS, State
from tenants.views.console import operator


@operator
@require_GET
def organization(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _found(pk)
    labels = {module.name: module.label for module in registry.modules}
    changes = [
        {"one": one, "old": _label(one.old), "new": _label(one.new), "reason": REASONS.get(one.reason, one.reason)}
        for one in found.state_changes.order_by("-id")
    ]
    context = {
        "one": found, "changes": changes, "acts": acts_for(found), "reason": REASONS.get(found.state_reason, ""),
        "engines": [labels.get(name, name) for name in found.engines], "next_date": found.next_date,
        "is_erased": found.state == State.ERASED,
    }  # fmt: skip
    return render(request, "tenants/console/organization.html", context)


@operator
@require_POST
def act(request: Any, pk: UUID, key: str) -> HttpResponse:
    found = _found(pk)
    try:
        moved = act_on(found, key, actor=request.actor)
    except KernelError as error:
        messages.error(request, str(error))
    else:
        said = _("{name}: {state} from now on.")
        messages.success(request, said.format(name=moved.name, state=moved.get_state_display()))
    return HttpResponseRedirect(reverse("console_organization", args=[pk]))


def _found(pk: UUID) -> Organization:
    found: Organization | None = Organization.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _label(state: str) -> Any:
    return State(state).label if state in State.values else state
