"""An administrator makes a formula and a roll-up in the browser; colleagues find, filter and understand the values."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import seen
from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, until

DEALS, ACCOUNTS = "/settings/fields/deal/", "/settings/fields/account/"
WORDS = {
    "fa": {"net": "مبلغ خالص", "total": "جمع فرصت‌ها", "mistake": "منظورتان {amount} بود؟", "amount": "مبلغ"},
    "en": {"net": "Net amount", "total": "Total of deals", "mistake": "Did you mean", "amount": "Amount"},
}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_formula_and_a_rollup(language: str, stack: Stack, another: Any) -> None:
    home = f"formulas-{language}"
    token = stack.sign_up(home, language=language)
    deal = begin(stack, home, token)
    sara: Reader = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    write_a_formula(sara, language)
    until(lambda: value(stack, home, token, f"deals/{deal}/", "net") == "500", 60, "the worker has filled the formula")
    total_them(sara, language)
    account = stack.ask("GET", "/api/v1/accounts/", at=home, token=token).json["results"][0]["id"]
    until(lambda: value(stack, home, token, f"accounts/{account}/", "total") == "1000", 60, "the roll-up is filled")
    find_it_in_the_list(sara, language)
    understand_it(sara, deal, language)
    follow_a_change(sara, deal, account)
    what_is_needed_stays(sara, language)


def begin(stack: Stack, home: str, token: str) -> str:
    def make(path: str, **body: Any) -> Any:
        answer = stack.ask("POST", f"/api/v1/{path}", body or None, at=home, token=token)
        assert answer.status in (200, 201), answer.body
        return answer.json

    make("engines/sfa/enable/")
    account = make("accounts/", name="Zagros", city="Ahvaz")["id"]
    first, *_more = [make("deals/", name=f"Crane {n}", account=account, amount=str(250 * n)) for n in (1, 3)]
    return str(first["id"])


def value(stack: Stack, home: str, token: str, path: str, part: str) -> str:
    record = stack.ask("GET", f"/api/v1/{path}", at=home, token=token).json
    return next((str(v).partition(".")[0] for n, v in record.items() if n.startswith("x_") and part in n
                 and not n.endswith("_currency")), "")  # fmt: skip


def write_a_formula(sara: Reader, language: str) -> None:
    words = WORDS[language]
    sara.go(f"{DEALS}new/")
    seen(sara, "formulas-kinds")
    sara.on("a[href='?kind=formula']").click()
    sara.on(f"[name=label_{language}]").fill(words["net"])
    sara.on("[name=name]").fill("net")
    source = sara.on("[name=source]")
    # What is wrong is said at once, underlined where it stands, and mended with one click.
    source.press_sequentially("1 * {amuont}")
    sara.page.keyboard.press("Escape")
    expect(sara.on("[data-out]")).to_contain_text(words["mistake"])
    expect(sara.on("[data-back] mark")).to_have_text("{amuont}")
    seen(sara, "formulas-mistake")
    sara.on("[data-fix]").click()
    expect(source).to_have_value("1 * {amount}")
    expect(sara.on("[data-out] .f-samples")).to_contain_text("Crane 3")
    # The same by the keyboard: a field found by its label.
    source.fill("")
    source.press_sequentially("{" + words["amount"][:3])
    expect(sara.on("#f-list [role=option]").first).to_contain_text(words["amount"])
    seen(sara, "formulas-suggestions")
    expect(source).to_have_attribute("aria-activedescendant", "f-word-0")
    sara.page.keyboard.press("Enter")
    expect(source).to_have_value("{amount}")
    source.press_sequentially(" * 2")
    expect(sara.on("[data-out] .f-samples")).to_contain_text("Crane 1")
    expect(sara.on("[data-out] [data-errors='0']")).to_be_visible()
    seen(sara, "formulas-preview")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile(f"{DEALS}[0-9a-f-]{{36}}/$"))
    expect(source).to_have_value("{amount} * 2")
    until(lambda: not sara.on("#filling [role=progressbar]").count(), 60, "its page says that it is filled")
    seen(sara, "formulas-edit")
    sara.go(DEALS)
    expect(sara.on("#own")).to_contain_text(words["amount"])
    seen(sara, "formulas-list")


def total_them(sara: Reader, language: str) -> None:
    sara.go(f"{ACCOUNTS}new/?kind=rollup")
    sara.on(f"[name=label_{language}]").fill(WORDS[language]["total"])
    sara.on("[name=name]").fill("total")
    sara.on("[name=pair]").select_option("deal.account")
    sara.on("[name=how]").select_option("sum")
    sara.on("[name=of]").select_option("amount")
    expect(sara.on("#rollup-parts .f-samples")).to_contain_text("Zagros")
    sara.on("#rollup-parts summary").click()
    sara.on("[name='f.kind'][value=open]").check()
    sara.settled()
    expect(sara.on("[name='f.kind'][value=open]")).to_be_checked()
    seen(sara, "formulas-rollup")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile(f"{ACCOUNTS}[0-9a-f-]{{36}}/$"))
    seen(sara, "formulas-rollup-edit")


def find_it_in_the_list(sara: Reader, language: str) -> None:
    sara.go("/deals/?columns=name,x_net")
    expect(sara.on("tbody tr")).to_have_count(2)
    # Persian readers type tomans, of which ten rials are kept.
    sara.go(f"/deals/?columns=name,x_net&x_net__gte={100 if language == 'fa' else 1000}")
    expect(sara.on(".fchip")).to_contain_text(WORDS[language]["net"])
    expect(sara.on("tbody tr")).to_have_count(1)
    expect(sara.on("tbody")).to_contain_text("Crane 3")
    seen(sara, "formulas-filtered")


def understand_it(sara: Reader, deal: str, language: str) -> None:
    sara.go(f"/deals/{deal}/")
    button = sara.on("[hx-get$='/how/x_net/']")
    button.click()
    expect(sara.on("#beside-drawer")).to_contain_text(WORDS[language]["amount"])
    seen(sara, "formulas-how")
    sara.page.keyboard.press("Escape")
    sara.go(f"/deals/{deal}/edit/")
    assert not sara.on("[name=x_net]").count()
    expect(sara.on("main form")).to_contain_text(WORDS[language]["net"])


def follow_a_change(sara: Reader, deal: str, account: str) -> None:
    """The amount is in the unit in which the reader types: what counts is that the total is another."""
    sara.go(f"/accounts/{account}/")
    before = sara.text("[data-rows] dd:has([hx-get$='/how/x_total/'])")
    sara.go(f"/deals/{deal}/edit/")
    sara.fill(amount="700")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile(f"/deals/{deal}/$"))
    sara.go(f"/accounts/{account}/")
    assert sara.text("[data-rows] dd:has([hx-get$='/how/x_total/'])") != before
    seen(sara, "formulas-record")


def what_is_needed_stays(sara: Reader, language: str) -> None:
    sara.go(f"{DEALS}new/?kind=formula")
    sara.on(f"[name=label_{language}]").fill("Gross")
    sara.on("[name=source]").fill("{x_net} * 1.1")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile(f"{DEALS}[0-9a-f-]{{36}}/$"))
    sara.go(DEALS)
    sara.on("#own [data-item]").filter(has_text=WORDS[language]["net"]).first.locator("form button").click()
    expect(sara.on("#away")).to_contain_text("Gross")
    seen(sara, "formulas-needed")
