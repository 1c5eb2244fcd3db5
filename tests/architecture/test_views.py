"""Every address of every host says who may open it. What is new and says nothing fails here."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kernel.registry import registry
from tests.architecture.sources import files, name_of, part_of, texts, tree_of

URLCONFS = ("config.urls_workspace", "config.urls_public", "config.urls_console")
FACES = ("public", "signed_in", "api")

#: Views of libraries carry no mark of ours. Each is here with what guards it.
ALLAUTH = {
    "account_login": "open to everyone; limited by attempts",
    "account_logout": "asks first, then ends the reader's own session",
    "account_inactive": "a sentence, no data",
    "account_reauthenticate": "allauth's login_required",
    "account_change_password": "allauth's login_required",
    "account_set_password": "allauth's login_required",
    "account_reset_password": "open; says the same for known and unknown addresses",
    "account_reset_password_done": "a sentence, no data",
    "account_reset_password_from_key": "the key in the address is the permission",
    "account_reset_password_from_key_done": "a sentence, no data",
    "account_confirm_email": "the key in the address is the permission",
    "account_email_verification_sent": "a sentence, no data",
    "account_email": "allauth's login_required",
    "mfa_index": "allauth's login_required",
    "mfa_authenticate": "only in the middle of a sign-in",
    "mfa_reauthenticate": "allauth's login_required",
    "mfa_activate_totp": "allauth's login_required and reauthentication",
    "mfa_deactivate_totp": "allauth's login_required and reauthentication",
    "mfa_generate_recovery_codes": "allauth's login_required and reauthentication",
    "mfa_view_recovery_codes": "allauth's login_required and reauthentication",
    "mfa_download_recovery_codes": "allauth's login_required and reauthentication",
    "mfa_list_webauthn": "allauth's login_required",
    "mfa_add_webauthn": "allauth's login_required and reauthentication",
    "mfa_remove_webauthn": "allauth's login_required and reauthentication",
    "mfa_edit_webauthn": "allauth's login_required",
    "mfa_login_webauthn": "open; the passkey signs in",
    "mfa_reauthenticate_webauthn": "allauth's login_required",
    "usersessions_list": "allauth's login_required; the reader's own sessions",
}


def walk(patterns: Any, where: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, where + str(pattern.pattern))
        else:
            yield where + str(pattern.pattern), pattern


def access_of(callback: Any) -> str:
    """What a view says of itself: on the function, or on the class behind it."""
    for view in (callback, getattr(callback, "view_class", None), getattr(callback, "cls", None)):
        if access := getattr(view, "peyvand_access", ""):
            return str(access)
    return ""


def is_of_a_library(callback: Any) -> bool:
    module = getattr(getattr(callback, "view_class", callback), "__module__", "")
    return module.startswith("allauth.")


@pytest.mark.parametrize("urlconf", URLCONFS)
def test_every_view_says_who_may_open_it(urlconf: str) -> None:
    silent = [
        f"/{route} ({pattern.callback.__module__})"
        for route, pattern in walk(get_resolver(urlconf).url_patterns)
        if not access_of(pattern.callback) and pattern.name not in ALLAUTH
    ]
    assert not silent


@pytest.mark.parametrize("urlconf", URLCONFS)
def test_what_views_ask_for_exists(urlconf: str) -> None:
    unknown = {
        f"/{route}: {access}"
        for route, pattern in walk(get_resolver(urlconf).url_patterns)
        if (access := access_of(pattern.callback)) and access not in FACES and access not in registry.permissions
    }
    assert not unknown


def test_the_list_of_library_views_is_not_longer_than_what_is_mounted() -> None:
    mounted = {pattern.name for conf in URLCONFS for _route, pattern in walk(get_resolver(conf).url_patterns)}
    assert not set(ALLAUTH) - mounted


def test_every_handler_of_errors_is_ours() -> None:
    for urlconf in URLCONFS:
        conf = import_module(urlconf)
        assert all(callable(getattr(conf, f"handler{status}")) for status in (400, 403, 404, 500))


def test_every_declared_permission_is_asked_for_somewhere() -> None:
    """A permission that nothing checks promises a protection that is not there."""
    said = {
        node.value
        for path in files(".py")
        if path.name != "module.py" and part_of(path)
        for node in texts(tree_of(path))
    }
    said |= {access_of(p.callback) for conf in URLCONFS for _r, p in walk(get_resolver(conf).url_patterns)}
    unused = [p.code for module in registry.modules for p in module.permissions if p.code not in said]
    assert not unused


def test_no_view_is_defined_and_mounted_nowhere() -> None:
    """Pages of errors aside, which Django is given by name."""
    mounted = {
        getattr(inner, "__qualname__", "")
        for conf in URLCONFS
        for _route, pattern in walk(get_resolver(conf).url_patterns)
        for inner in _unwrapped(pattern.callback)
    }
    lost = [
        f"{name_of(path)}: {node.name}"
        for path in files(".py")
        if ("views" in path.parts or path.name == "views.py") and name_of(path) != "frontend/views/errors.py"
        for node in tree_of(path).body
        if getattr(node, "decorator_list", None) and hasattr(node, "args")
        and any(getattr(d, "id", getattr(getattr(d, "func", None), "id", "")) in ("public", "signed_in", "permission") for d in node.decorator_list)
        and node.name not in mounted
    ]  # fmt: skip
    assert not lost


def _unwrapped(callback: Any) -> Iterator[Any]:
    while callback is not None:
        yield callback
        callback = getattr(callback, "__wrapped__", None)
