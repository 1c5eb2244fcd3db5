"""Settings › Engines: the catalogue, and the switches."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from frontend.views.access import permission
from identity.models import User
from kernel.context import require_tenant
from kernel.errors import Invalid, KernelError
from kernel.registry import registry
from tenants import catalogue
from tenants.catalogue import Offer
from tenants.models import Organization
from tenants.selectors import current_organization
from tenants.services import engines
from tenants.services.engines import SWITCH


@dataclass(frozen=True)
class Row:
    """An engine as the page shows it. `ask` is what it asks just now: on, off, purge or nothing."""

    offer: Offer
    is_on: bool
    has_data: bool
    needs: tuple[str, ...]
    ask: str
    monthly: Decimal | None
    error: str = ""

    @property
    def module(self) -> Any:
        return self.offer.module


def _rows(organization: Organization, users: int, ask: dict[str, str], error: str = "") -> list[Row]:
    on = frozenset(organization.engines)
    return [
        Row(
            offer, offer.name in on, offer.name in organization.releases,
            tuple(str(registry.module(n).label) for n in offer.module.depends if n not in on | registry.always_on()),
            ask.get(offer.name, ""), None if offer.price is None else offer.price * users,
            error if offer.name in ask else "",
        )
        for offer in catalogue.offers(catalogue.currency_of(require_tenant()))
    ]  # fmt: skip


def _page(request: HttpRequest, ask: dict[str, str], error: str = "") -> HttpResponse:
    organization = current_organization()
    users = User.objects.filter(state=User.State.ACTIVE).count()
    rows = _rows(organization, users, ask, error)
    on = [row for row in rows if row.is_on]
    context = {
        "rows": rows, "users": users, "organization": organization, "always_on": registry.module("crm"),
        "currency": catalogue.currency_of(require_tenant()), "on": on,
        "monthly": sum((row.monthly or Decimal(0) for row in on), Decimal(0)),
    }  # fmt: skip
    return render(request, "tenants/engines.html", context, status=422 if error else 200)


@permission(SWITCH)
@require_GET
def engine_list(request: HttpRequest) -> HttpResponse:
    """`?on=`, `?off=` and `?purge=` open the question that stands before the act."""
    asked = {request.GET[act]: act for act in ("on", "off", "purge") if act in request.GET}
    return _page(request, asked)


@permission(SWITCH)
@require_POST
def enable(request: Any, name: str) -> HttpResponse:
    return _act(request, name, "on", lambda: engines.enable_engine(actor=request.actor, name=name), _("{name} is on."))


@permission(SWITCH)
@require_POST
def disable(request: Any, name: str) -> HttpResponse:
    done = _("{name} is off. Its data is kept.")
    return _act(request, name, "off", lambda: engines.disable_engine(actor=request.actor, name=name), done)


@permission(SWITCH)
@require_POST
def purge(request: Any, name: str) -> HttpResponse:
    typed = request.POST.get("typed", "")
    done = _("The data of {name} is deleted.")
    return _act(request, name, "purge", lambda: engines.purge_engine(actor=request.actor, name=name, typed=typed), done)


def _act(request: HttpRequest, name: str, act: str, service: Any, done: str) -> HttpResponse:
    try:
        service()
    except Invalid as error:
        reasons = [str(problem) for found in error.problems.values() for problem in found]
        return _page(request, {name: act}, " ".join(reasons))
    except KernelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done.format(name=registry.module(name).label))
    return HttpResponseRedirect(reverse("tenants:engines"))
