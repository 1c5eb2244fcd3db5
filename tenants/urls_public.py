"""Pages of the bare host. Two names are those that layouts ask for on every host."""

from django.urls import path, re_path

from frontend.views.access import public as open_to_all
from identity.views import language
from tenants.api import public as api
from tenants.views import public

urlpatterns = [
    path("", public.landing, name="landing"),
    path("signup/", public.signup, name="signup"),
    path("signup/check/", public.check_subdomain, name="check_subdomain"),
    path("signin/", public.sign_in, name="account_login"),
    path("find/", public.find, name="find_workspace"),
    path("auth/language/", language.choose, name="identity_language"),
    path("i18n/setlang/", language.choose, name="set_language"),
    path("api/v1/signup/", open_to_all(api.signup), name="api-signup"),
    re_path(r"^api/", open_to_all(api.unknown), name="api-unknown"),
]
