"""A passkey made and used in a real browser, with a virtual authenticator: added, signed in with, refused elsewhere."""

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from kernel.context import Tenant
from tests.factories import PASSWORD

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest's output is for failures."""


@pytest.fixture
def port(live_tenant: Tenant) -> Iterator[int]:
    """The application served over HTTP, in a thread of this process."""
    inner = StaticFilesHandler(get_wsgi_application())

    def application(environ: Any, start: Any) -> Any:
        answer = inner(environ, start)
        try:
            yield from answer
        finally:
            answer.close()
            connections.close_all()

    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def browser() -> Iterator[Any]:
    # Playwright's loop would make Django refuse queries of this thread, which only asks for them between steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with playwright.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def authenticator(page: Any) -> Any:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools


def test_a_passkey_replaces_the_password(live_tenant: Tenant, port: int, browser: Any) -> None:
    home = f"http://{live_tenant.host.partition(':')[0]}:{port}"
    page = browser.new_context().new_page()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    authenticator(page)
    page.goto(f"{home}/auth/login/?next=/auth/2fa/passkeys/add/")
    page.fill("[name=login]", "sara@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/auth/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/auth/2fa/passkeys/add/")
    page.fill("[name=name]", "Laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/auth/2fa/recovery-codes/")
    page.goto(f"{home}/settings/security/")
    assert page.get_by_text("Laptop").is_visible()
    page.context.clear_cookies()
    page.goto(f"{home}/auth/login/?next=/settings/profile/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/auth/login/" not in url)
    page.goto(f"{home}/settings/security/")
    assert page.get_by_text("Laptop").is_visible()
    assert not broken
