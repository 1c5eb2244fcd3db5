"""Answers given before a workspace is known, as a page or as a problem document. None of them needs the database."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _

from api.errors import Refusal, answer
from frontend.context import THEME_COOKIE, THEMES
from kernel.formats import Locale, use_locale
from tenants import hosts
from tenants.models import Organization


def wants_problem(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    language = get_language_from_request(request)[:2]
    theme = THEMES.get(request.COOKIES.get(THEME_COOKIE, ""), "")
    shared = {"lang": language, "data_theme": theme, "reference": getattr(request, "request_id", "")}
    with override(language), use_locale(Locale.default(language)):
        body = get_template(template).render({**shared, **context})
    return HttpResponse(body, status=status)


def _problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    with override(get_language_from_request(request)[:2]):
        return answer(request, refusal)


def bad_host(request: HttpRequest) -> HttpResponse:
    if wants_problem(request):
        return _problem(request, Refusal(400, "parse_error", _("This host is not one of ours.")))
    return _page(request, "400.html", 400)


def unknown_workspace(request: HttpRequest, host: str) -> HttpResponse:
    if wants_problem(request):
        return _problem(request, Refusal(404, "not_found", _("There is no workspace at this address.")))
    find = hosts.address(hosts.public_host(), "/find/")
    return _page(request, "tenants/unknown_workspace.html", 404, host=host, find=find)


def closed_workspace(request: HttpRequest, organization: Organization) -> HttpResponse:
    if wants_problem(request):
        return _problem(request, Refusal(403, "workspace_closed", organization.sentence))
    closing = reverse("tenants:closing", urlconf="config.urls_workspace")
    context = {"organization": organization, "sentence": organization.sentence, "closing": closing}
    return _page(request, "tenants/closed_workspace.html", 403, **context)


def quarantined_workspace(request: HttpRequest, organization: Organization) -> HttpResponse:
    """A release failed here: its tables fit neither version until somebody has looked."""
    if wants_problem(request):
        detail = _("Updating this workspace takes longer than planned. Nothing is lost; try again in a few minutes.")
        return _problem(request, Refusal(503, "unavailable", detail, headers={"Retry-After": "600"}))
    response = _page(request, "tenants/quarantined_workspace.html", 503, organization=organization)
    response["Retry-After"] = "600"
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    if wants_problem(request):
        detail = _("The database cannot be reached. Try again in a moment.")
        return _problem(request, Refusal(503, "unavailable", detail, headers={"Retry-After": "10"}))
    response = _page(request, "503.html", 503)
    response["Retry-After"] = "10"
    return response
