"""Every address of every host says who may open it. What is new and says nothing fails here."""

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kernel.registry import registry
from tests.architecture.sources import files, name_of, part_of, texts, tree_of

URLCONFS = ("config.urls_workspace", "config.urls_public", "config.urls_console")
FACES = ("public", "signed_in", "api")

#: What a workspace opens to strangers: each with what guards it. Everything else asks who is there.
OPEN = {
    "account_login": "limited by attempts",
    "account_logout": "asks first, then ends the reader's own session",
    "account_inactive": "a sentence, no data",
    "account_reset_password": "says the same for known and unknown addresses",
    "account_reset_password_done": "a sentence, no data",
    "account_reset_password_from_key": "the key in the address is the permission",
    "account_reset_password_from_key_done": "a sentence, no data",
    "account_confirm_email": "the key in the address is the permission",
    "account_email_verification_sent": "a sentence, no data",
    "identity_invitation": "the key in the address is the permission",
    "identity_language": "sets a cookie, no data",
    "mfa_authenticate": "only in the middle of a sign-in",
    "mfa_login_webauthn": "the passkey signs in",
    "healthz": "one word",
    "readyz": "versions and ages, no data",
    "welcome": "the key handed over at sign-up is the permission, good once",
    "api-docs": "describes the API, tells of no record",
    "api-docs-section": "describes the API, tells of no record",
    "api-unknown": "the problem document for addresses that do not exist",
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


@pytest.mark.parametrize("urlconf", URLCONFS)
def test_every_view_says_who_may_open_it(urlconf: str) -> None:
    silent = [
        f"/{route} ({pattern.callback.__module__})"
        for route, pattern in walk(get_resolver(urlconf).url_patterns)
        if not access_of(pattern.callback)
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


@pytest.mark.parametrize("urlconf", ["config.urls_workspace", "config.urls_console"])
def test_what_is_open_to_strangers_is_written_down(urlconf: str) -> None:
    opened = {
        pattern.name or route
        for route, pattern in walk(get_resolver(urlconf).url_patterns)
        if access_of(pattern.callback) == "public"
    }
    assert opened - set(OPEN) == set()


def test_the_list_of_open_views_is_no_longer_than_what_is_open() -> None:
    routes = list(walk(get_resolver("config.urls_workspace").url_patterns))
    assert (
        set(OPEN) - {pattern.name or route for route, pattern in routes if access_of(pattern.callback) == "public"}
        == set()
    )


def test_every_handler_of_errors_is_ours() -> None:
    for urlconf in URLCONFS:
        conf = import_module(urlconf)
        assert all(callable(getattr(conf, f"handler{status}")) for status in (400, 403, 404, 500))


def test_every_declared_permission_is_asked_for_somewhere() -> None:
    """A permission that nothing checks promises a protection that is not there."""
    said = {
        text
        for path in files(".py")
        if path.name != "module.py" and part_of(path)
        for text, _line in texts(tree_of(path))
    }
    said |= {access_of(p.callback) for conf in URLCONFS for _r, p in walk(get_resolver(conf).url_patterns)}
    unused = [p.code for module in registry.modules for p in module.permissions if p.code not in said]
    assert not unused


def test_no_view_is_written_and_mounted_nowhere() -> None:
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
        if isinstance(node, ast.FunctionDef) and _is_marked(node) and node.name not in mounted
    ]
    assert not lost


def _is_marked(function: ast.FunctionDef) -> bool:
    names = {n.id for d in function.decorator_list for n in ast.walk(d) if isinstance(n, ast.Name)}
    return bool(names & {"public", "signed_in", "permission"})


def _unwrapped(callback: Any) -> Iterator[Any]:
    while callback is not None:
        yield callback
        callback = getattr(callback, "__wrapped__", None)
