"""My day: what waits for me, what I touched last, and the first steps of a new workspace."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages.links import actor_of, optional_url
from crm.pages.my_day import panels_for
from crm.pages.palette import Option, recent_records
from kernel import formats
from kernel.access import Actor
from kernel.models import AuditEntry
from kernel.registry import registry


@dataclass(frozen=True)
class Step:
    """A first step: done or not, and the one place to go for it."""

    title: str
    text: str
    url: str
    action: str
    icon: str
    done: bool


def home(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    steps = first_steps(actor)
    done = sum(step.done for step in steps)
    context: dict[str, Any] = {
        "greeting": greeting(request), "today": formats.date_long(timezone.now()), "panels": panels_for(actor),
        "recent": recent(actor), "steps": steps if done < len(steps) else [], "steps_done": done,
        "next_step": next((step for step in steps if not step.done), None),
    }  # fmt: skip
    return render(request, "crm/home.html", context)


def greeting(request: HttpRequest) -> str:
    hour = formats.local_time(timezone.now()).hour
    name = str(getattr(getattr(request, "user", None), "name", "") or "")
    words = _("Good morning, %s") if hour < 12 else _("Good afternoon, %s") if hour < 17 else _("Good evening, %s")
    return words % name if name else _("My day")


def recent(actor: Actor) -> list[Option]:
    return [option for group in recent_records(actor=actor) for option in group.options]


def first_steps(actor: Actor) -> list[Step]:
    """What makes a workspace useful, with its present state; only what this person may do."""
    steps = []
    if actor.may("crm.account.import"):
        steps.append(Step(
            _("Bring your customers"), _("A CSV or Excel file with accounts, contacts or deals."),
            optional_url("crm:import_list"), _("Import a file"), "file-up", _has_data(),
        ))  # fmt: skip
    if actor.may("tenants.engine.switch"):
        steps.append(Step(
            _("Switch on Sales"), _("Deals on a board, products and pipelines."),
            optional_url("tenants:engines"), _("See the engines"), "toggle-right", bool(_switched_on(actor)),
        ))  # fmt: skip
    if actor.may("identity.user.manage"):
        steps.append(Step(
            _("Invite a colleague"), _("They get a letter and a role, and see what the role lets them see."),
            optional_url("identity:invite"), _("Send an invitation"), "user-plus", _has_colleagues(),
        ))  # fmt: skip
    return [step for step in steps if step.url]


def _has_data() -> bool:
    return AuditEntry.objects.filter(source="import").exists() or _model("account").objects.exists()


def _has_colleagues() -> bool:
    return bool(_model("user").objects.order_by().values("pk")[:2].count() > 1)


def _switched_on(actor: Actor) -> set[str]:
    return set(actor.engines) - set(registry.always_on())


def _model(entity: str) -> Any:
    return registry.entity(entity).model_class
