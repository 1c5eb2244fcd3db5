"""The end of a workspace, and the way back: read-only, closed, kept; and what the provider sees of it."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tenants.demo.people import PASSWORD
from tests.e2e.looks import seen
from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, until

OPERATOR = "operator@peyvand.example"
CLOSED = {"fa": "مدیر سازمان این فضای کار را بسته است.", "en": "An administrator has closed this workspace."}
ENDED = {"fa": "دورهٔ آزمایشی به پایان رسیده است.", "en": "The trial has ended."}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_closing_and_keeping(language: str, stack: Stack, another: Any) -> None:
    home = f"closing-{language}"
    token = stack.sign_up(home, language=language)
    stack.ask("POST", "/api/v1/accounts/", {"name": "Alborz"}, at=home, token=token)
    sara = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    read_only(stack, sara, home)
    close(sara, home.title())
    visitor = another(language=language)
    visitor.expected = {403}
    visitor.go("/accounts/", at=home)
    expect(visitor.on("main")).to_contain_text(CLOSED[language])
    seen(visitor, "closed")
    assert stack.ask("GET", "/api/v1/accounts/", at=home, token=token).status == 403
    sara.on("form[action$='/closing/keep/'] button").click()
    sara.page.wait_for_url(lambda url: "/settings/" not in url)
    expect(sara.on("main")).to_be_visible()
    assert visitor.go("/auth/login/").status == 200
    assert stack.ask("GET", "/api/v1/accounts/", at=home, token=token).json["count"] == 1


def read_only(stack: Stack, sara: Reader, home: str) -> None:
    """The trial is over: the page says so, and nothing can be made any more. Then somebody pays."""
    put(stack, home, "read_only", "trial_ended")

    def told() -> bool:
        sara.go("/accounts/")
        return ENDED[sara.language] in sara.text("main")

    until(told, 10, "every process has heard of it")
    expect(sara.on("main a[href='/accounts/new/']")).to_have_count(0)
    seen(sara, "read-only")
    put(stack, home, "trial", "")

    def open_again() -> bool:
        sara.go("/accounts/")
        return ENDED[sara.language] not in sara.text("main")

    until(open_again, 10, "every process has heard of it")


def put(stack: Stack, home: str, state: str, reason: str) -> None:
    with stack.sql() as cursor:
        cursor.execute(
            "UPDATE tenants_organization SET state = %s, state_reason = %s WHERE subdomain = %s", [state, reason, home]
        )


def close(sara: Reader, name: str) -> None:
    sara.go("/settings/closing/")
    seen(sara, "closing")
    sara.expected = {422, 403}
    sara.fill(typed="something else")
    sara.submit("/closing/")
    expect(sara.on("#id_typed_error")).to_be_visible()
    sara.fill(typed=name)
    sara.submit("/closing/")
    expect(sara.on("form[action$='/closing/keep/']")).to_be_visible()
    seen(sara, "kept")
    sara.go("/")
    expect(sara.on("main")).to_contain_text(CLOSED[sara.language])
    sara.on("main a[href='/settings/closing/']").click()
    expect(sara.on("form[action$='/closing/keep/']")).to_be_visible()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_provider_suspends_and_reopens(language: str, stack: Stack, another: Any) -> None:
    home = f"suspended-{language}"
    stack.sign_up(home, language=language)
    stack.manage("seed_demo")
    operator = another(language=language)
    operator.go("/auth/login/", at="console")
    operator.fill(login=OPERATOR, password=PASSWORD)
    operator.on("form.form button.btn-primary").first.click()
    operator.page.wait_for_url(lambda url: "/auth/login" not in url)
    with stack.sql() as cursor:
        cursor.execute("UPDATE tenants_organization SET state = 'past_due' WHERE subdomain = 'demo'")
        cursor.execute("UPDATE identity_user SET language = %s", [language])
    operator.go(f"/?q={home}")
    operator.on("main td a[href^='/organizations/']").first.click()
    operator.on("form[action$='/suspend/'] button").click()
    expect(operator.on("form[action$='/reopen/']")).to_be_visible()
    operator.on("form[action$='/reopen/'] button").click()
    expect(operator.on("form[action$='/suspend/']")).to_be_visible()
    seen(operator, "organization")
    operator.go("/")
    seen(operator, "organizations")
