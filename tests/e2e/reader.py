"""A person with a browser: how pages are opened, filled in and looked at."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, Route, expect

from tests.e2e.stack import PASSWORD, Stack

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")


class Reader:
    def __init__(
        self,
        browser: Browser,
        stack: Stack,
        *,
        language: str = "en",
        theme: Literal["light", "dark"] = "light",
        width: int = 1280,
    ) -> None:
        self.stack, self.language = stack, language
        self.complaints: list[str] = []
        #: Statuses that this person brings about on purpose.
        self.expected: set[int] = set()
        self.context = browser.new_context(
            viewport={"width": width, "height": 812 if width < 500 else 832}, locale=language,
            color_scheme=theme, has_touch=width < 500, is_mobile=width < 500, reduced_motion="reduce",
            extra_http_headers={"Accept-Language": language},
        )  # fmt: skip
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        """CSP violations come this way too. That a resource failed is said below, with its status."""
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def go(self, path: str, at: str = "") -> Response:
        base = self.stack.at(at) if at else self.base
        # Without an answer a page was just leaving by itself (its work had ended): that one's way crossed this one.
        response = self.page.goto(base + path) or self.page.goto(base + path)
        assert response is not None
        return response

    @property
    def base(self) -> str:
        found = re.match(r"https?://[^/]+", self.page.url)
        return found[0] if found else self.stack.url

    def on(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            control = self.on(f"main [name={name}], dialog[open] [name={name}]").first
            if control.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def submit(self, action: str = "") -> None:
        """The chief button of the form that goes to this address."""
        form = f"form[action*='{action}'] " if action else "main form "
        self.on(f"{form}button.btn-primary, {form}button.btn-error").first.click()

    def sign_in(self, subdomain: str, email: str) -> None:
        self.go("/auth/login/", at=subdomain)
        self.fill(login=email, password=PASSWORD)
        self.on("form.form button.btn-primary").first.click()
        self.page.wait_for_url(lambda url: "/auth/login" not in url)

    def settled(self) -> None:
        """Nothing is being fetched or swapped in any more."""
        expect(self.on(".htmx-request, .htmx-swapping, .htmx-settling, [aria-busy=true]")).to_have_count(0)

    @contextmanager
    def slow_scripts(self) -> Iterator[None]:
        """The page stands and can be written in, but the scripts of its parts have not come yet; they do at the end."""
        held: list[Route] = []
        parts = re.compile(r"/assets/(?!main-)[^/]+\.js$")

        def hold(route: Route) -> None:
            held.append(route)

        self.page.route(parts, hold)
        yield
        for route in held:
            route.continue_()
        self.page.unroute(parts, hold)

    def text(self, selector: str) -> str:
        return self.on(selector).first.inner_text().translate(DIGITS)

    def number(self, selector: str) -> int:
        """The number in an element, whichever digits it is written in."""
        return int(re.sub(r"[^0-9]", "", self.text(selector)) or "0")

    def shot(self, path: Path) -> None:
        self.page.screenshot(path=path)
