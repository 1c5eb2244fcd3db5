"""The public site: what this is, signing up, and finding the way back to one's workspace."""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from frontend.views.access import public
from identity.services.emails import clean_email
from kernel.errors import Invalid
from tenants import catalogue, hosts, limits, subdomains
from tenants.forms import Draft, sign_up_draft
from tenants.mail import send_workspaces
from tenants.models import Organization
from tenants.selectors import workspaces_of
from tenants.services.signup import problem_of_subdomain, sign_up

#: A form that ends at a workspace's host: browsers hold form-action against the redirect too.
to_workspaces = csp_update({"form-action": [hosts.address(f"*.{settings.BASE_HOST}", "")]})


@public
@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    currency = catalogue.currency_for(get_language() or "en")
    context = {"engines": catalogue.offers(currency), "plans": catalogue.plans(currency)}
    return render(request, "frontend/landing.html", context)


@public
@to_workspaces
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    draft = sign_up_draft(request)
    if request.method == "POST":
        try:
            limits.spend("signup")
            return HttpResponseRedirect(sign_up(**draft.values).enter)
        except Invalid as error:
            draft.refused(error)
        except limits.TooMany as error:
            draft.errors["all"] = str(error)
    # What was typed stays, the password too: the page answers a POST and is not kept by any cache.
    context = {"draft": draft, "base_host": settings.BASE_HOST, "languages": settings.LANGUAGES}
    return render(request, "tenants/signup.html", context, status=422 if draft.errors else 200)


@public
@require_GET
def check_subdomain(request: HttpRequest) -> HttpResponse:
    """The line under the address while somebody types it."""
    limits.spend("check")
    subdomain = subdomains.normal(request.GET.get("subdomain", ""))
    problem = problem_of_subdomain(subdomain) if subdomain else None
    context = {"subdomain": subdomain, "problem": problem, "base_host": settings.BASE_HOST}
    return render(request, "tenants/_subdomain_state.html", context)


@public
@to_workspaces
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Everybody signs in at their workspace; this finds it by its name."""
    draft = Draft({"workspace": (request.POST or request.GET).get("workspace", "").strip()})
    if request.method == "POST":
        subdomain = _named(draft.values["workspace"])
        if subdomain and Organization.objects.filter(subdomain=subdomain).exists():
            return HttpResponseRedirect(hosts.address(f"{subdomain}.{settings.BASE_HOST}", settings.LOGIN_URL))
        draft.errors["workspace"] = _("There is no workspace of this name. Check the spelling, or ask for the list.")
    context = {"draft": draft, "base_host": settings.BASE_HOST}
    return render(request, "tenants/sign_in.html", context, status=422 if draft.errors else 200)


def _named(typed: str) -> str:
    """People type the name, the host or the whole address."""
    host = subdomains.normal(typed).partition("://")[2] or subdomains.normal(typed)
    return hosts.bare(host.partition("/")[0] or "-").removesuffix(f".{settings.BASE_HOST}")


@public
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Sends the list of somebody's workspaces to their address; the page says the same whoever asks."""
    draft = Draft({"email": request.POST.get("email", "")})
    sent = False
    if request.method == "POST":
        try:
            email = clean_email(draft.values["email"])
            limits.spend("find")
            limits.spend("find", email)
            send_workspaces(email, workspaces_of(email))
            sent = True
        except Invalid as error:
            draft.refused(error)
        except limits.TooMany as error:
            draft.errors["all"] = str(error)
    return render(request, "tenants/find.html", {"draft": draft, "sent": sent}, status=422 if draft.errors else 200)
