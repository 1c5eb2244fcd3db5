"""One stack and one browser for all of these tests."""

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, running_stack

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "frontend" / "dist" / "manifest.json"
CATALOGUE = ROOT / "frontend" / "locale" / "fa" / "LC_MESSAGES" / "django.mo"
RESULTS = ROOT / "test-results"
FAILED: pytest.StashKey[bool] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one worker, so that there is one stack; skipped with the reason where something is missing."""
    missing = [
        reason
        for present, reason in (
            (bool(os.environ.get("DATABASE_URL")), "DATABASE_URL does not name a server to make a database on."),
            (Path(CHROMIUM).exists(), f"No Chromium at {CHROMIUM}; name one by CHROMIUM."),
            (CATALOGUE.exists(), "The translations are not compiled: make run or make test does it."),
            (DIST.exists(), "The front-end is not built: npm --prefix frontend run build."),
        )
        if not present
    ]
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))
            if missing:
                item.add_marker(pytest.mark.skip(reason=" ".join(missing)))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop running in this thread for the session, and Django takes that for async code in
    # every other test that shares the process.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= report.failed
    return report


def _part(person: Reader, request: pytest.FixtureRequest, number: int = 0) -> None:
    """What the person saw last is kept when the test failed."""
    if request.node.stash.get(FAILED, False):
        name = re.sub(r"\W+", "-", request.node.name)
        person.shot(RESULTS / f"{name}{number or ''}.png")
    person.close()


@pytest.fixture
def reader(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A person at a desk; whatever the browser complains about fails the test."""
    person = Reader(browser, stack, **getattr(request, "param", {}))
    yield person
    _part(person, request)
    assert person.complaints == []


@pytest.fixture
def another(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes further people, each with a browser of their own."""
    made: list[Reader] = []

    def make(**options: Any) -> Reader:
        made.append(Reader(browser, stack, **options))
        return made[-1]

    yield make
    for number, person in enumerate(made):
        _part(person, request, number)
    assert [complaint for person in made for complaint in person.complaints] == []
