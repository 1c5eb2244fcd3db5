"""One's own settings: profile and API tokens."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from frontend.views.access import signed_in
from identity.addresses import workspace_url
from identity.forms.personal import OperatorProfileForm, ProfileForm, TokenForm
from identity.selectors import tokens_of
from identity.services import issue_token, revoke_token, save_profile
from identity.views.helpers import WorkspaceRequest, accepted, attempt, page
from identity.views.language import remember_language

THEME_COOKIE = "pv_theme"


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: WorkspaceRequest) -> HttpResponse:
    kind = OperatorProfileForm if request.tenant.is_public else ProfileForm  # type: ignore[attr-defined]  # set by the middleware
    form = kind(request.POST or None, instance=request.user.__class__.objects.get(pk=request.user.pk))

    def act() -> None:
        save_profile(actor=request.actor, user=request.user, **form.cleaned_data)

    if request.method == "POST" and accepted(form, act):
        attempt(request, lambda: None, _("Saved"))
        response = redirect("identity:profile")
        if form.cleaned_data["language"]:
            remember_language(response, form.cleaned_data["language"])
        _remember_theme(response, form.cleaned_data["theme"])
        return response
    return page(request, "identity/profile.html", {"form": form})


def _remember_theme(response: HttpResponse, theme: str) -> None:
    """The frame reads the theme from a cookie, so that the first byte of a page is drawn in it."""
    if theme:
        response.set_cookie(THEME_COOKIE, theme, max_age=365 * 24 * 3600, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: WorkspaceRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    secret = ""

    def act() -> None:
        nonlocal secret
        name = form.cleaned_data["name"]
        _token, secret = issue_token(actor=request.actor, user=request.user, name=name, expires_at=form.expires_at())

    if request.method == "POST" and accepted(form, act):
        form = TokenForm()
    context = {
        "form": form, "secret": secret, "tokens": tokens_of(request.user), "example": workspace_url("/api/v1/me/"),
    }  # fmt: skip
    return page(request, "identity/tokens.html", context)


@signed_in
@require_POST
def revoke(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(tokens_of(request.user), pk=pk)
    attempt(request, lambda: revoke_token(actor=request.actor, token=token), _("The token no longer works."))
    return redirect("identity:token_list")
