"""Settings › Two-step verification: who needs a second step, who lacks it; and a fresh start for who lost theirs."""

from functools import partial
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontend.views.access import permission
from identity.forms.security import SecondStepForm
from identity.models import SecondStepRule, User
from identity.selectors import people_without_second_step, security_of
from identity.services import reset_second_step, set_second_step_rule
from identity.services.people import MANAGE as MANAGE_PEOPLE
from identity.services.people import require_over
from identity.services.second_step import MANAGE, has_second_step, second_step_rule
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from kernel.access import get_record_for

SHOWN = 100


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def rule(request: WorkspaceRequest) -> HttpResponse:
    one = second_step_rule()
    form = SecondStepForm(request.POST or None, initial={"who": one.who, "grace_days": one.grace_days})
    if request.method == "POST" and accepted(
        form, lambda: set_second_step_rule(actor=request.actor, **form.cleaned_data)
    ):
        attempt(request, lambda: None, _("Saved"))
        return redirect("identity:second_step")
    lacking = people_without_second_step(one)
    context = {
        "form": form, "rule": one, "asked": one.who != SecondStepRule.Who.NOBODY, "lacking": lacking[:SHOWN],
        "number": lacking.count(), "own": has_second_step(request.user),
        "may_manage": request.actor.may(MANAGE_PEOPLE),
    }  # fmt: skip
    return page(request, "identity/second_step.html", context)


@permission(MANAGE_PEOPLE)
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
@require_http_methods(["GET", "POST"])
def reset(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Asked for on a page of its own, behind the password: whoever found the screen open must not do this."""
    user: User = get_record_for(request.actor, "user", pk)
    require_over(request.actor, user)
    if request.method == "POST":
        done = _("{name} has no second step any more, was signed out everywhere and got a letter.")
        act = partial(reset_second_step, actor=request.actor, user=user)
        attempt(request, act, done.format(name=user.name))
        return redirect("identity:person", pk=pk)
    return page(request, "identity/second_step_reset.html", {"person": user, "security": security_of(user)})
