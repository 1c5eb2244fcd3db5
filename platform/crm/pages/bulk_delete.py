"""Putting many records away: those ticked at once, all that the filters let through after a look at how many go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from crm.pages.bulk_chosen import finish, ids_of, selection_of
from crm.pages.bulk_job import start_bulk_delete
from crm.pages.bulk_plan import DIRECT, plan_deletion, selected
from crm.pages.links import actor_of, entity_url
from kernel import formats
from kernel.access import require
from kernel.query.counting import size_of
from kernel.records import bulk_delete
from kernel.registry import Entity


def delete_dialog(request: HttpRequest, entity: Entity) -> HttpResponse:
    """How many would go and how many stay, before anything happens."""
    actor, selection = actor_of(request), selection_of(request.GET)
    require(actor, entity.permission("delete"))
    plan = plan_deletion(entity, selection, actor=actor)
    said = ngettext("Delete %(n)s record", "Delete %(n)s records", plan.size.number)
    said = said if plan.size.exact else _("Delete about %(n)s records")
    context = {
        "plan": plan, "act": "delete", "selected": selection.ids, "state": selection.state,
        "everything": selection.everything, "bulk_url": entity_url(entity, "bulk"),
        "title": said % {"n": formats.num(plan.size.number)},
    }  # fmt: skip
    return render(request, "crm/bulk_delete.html", context)


def delete_chosen(request: HttpRequest, entity: Entity) -> HttpResponse:
    """At once with one undo; as a job where it takes long."""
    actor, selection = actor_of(request), selection_of(request.POST)
    require(actor, entity.permission("delete"))
    if selection.everything:
        size = size_of(selected(entity, selection, actor))
        if not size.exact or size.number > DIRECT:
            total = size.number if size.exact else None
            job = start_bulk_delete(entity, selection, actor=actor, total=total)
            return HttpResponseClientRedirect(reverse("crm:work", args=[job.pk]))
    outcome = bulk_delete(entity, ids_of(entity, selection, actor), actor=actor)
    return finish(ngettext("%(n)s record deleted", "%(n)s records deleted", outcome.changed), outcome)
