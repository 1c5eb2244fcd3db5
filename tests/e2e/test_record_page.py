"""A record's page told as a story: a note, what happened, what comes next, and the order an administrator gives it."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import seen
from tests.e2e.reader import Reader
from tests.e2e.stack import Stack

WORDS = {
    "fa": ("فولاد زاگرس", "خط خنک‌کاری", "تخفیف نقدی خواست.\nشنبه تماس بگیریم.", "برای شنبه"),
    "en": ("Zagros Steel", "Cooling line", "Asks for a cash discount.\nCall on Saturday.", "by Saturday"),
}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_page_of_a_customer(language: str, stack: Stack, another: Any) -> None:
    home = f"page-{language}"
    token = stack.sign_up(home, language=language)
    account = furnish(stack, home, token, language)
    sara: Reader = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    sara.go(f"/accounts/{account}/")
    seen(sara, "record-fresh")
    what_happened(sara, language)
    write_a_note(sara, language)
    a_note_that_is_refused(sara)
    one_sort_alone(sara)
    put_a_step_away(sara)
    order_the_page(sara, account)


def furnish(stack: Stack, home: str, token: str, language: str) -> str:
    """A customer with a deal that was won and one that waits."""

    def post(path: str, **body: Any) -> Any:
        answer = stack.ask("POST", f"/api/v1/{path}/", body, at=home, token=token)
        assert answer.status in (200, 201), answer.body
        return answer.json

    name, deal, _note, _more = WORDS[language]
    post("engines/sfa/enable")
    account = post("accounts", name=name, phone="+986133349021", employees=2400)
    stages = stack.ask("GET", "/api/v1/stages/?limit=100", at=home, token=token).json["results"]
    won = next(stage["id"] for stage in stages if stage["kind"] == "won")
    made = post("deals", name=deal, account=account["id"], next_step="-")
    moved = stack.ask("PATCH", f"/api/v1/deals/{made['id']}/", {"stage": won}, at=home, token=token)
    assert moved.status == 200, moved.body
    post("deals", name=f"{deal} 2", account=account["id"], close_date=str(dt.date.today() - dt.timedelta(3)))
    return str(account["id"])


def what_happened(sara: Reader, language: str) -> None:
    _name, deal, _note, _more = WORDS[language]
    lines = sara.on("#rail ol.tl > li")
    expect(lines).to_have_count(4)  # the account, two deals, one won
    expect(lines.filter(has=sara.on(".mk-ok"))).to_contain_text(deal)


def write_a_note(sara: Reader, language: str) -> None:
    _name, _deal, text, more = WORDS[language]
    field = sara.on("#note-text")
    expect(sara.on(".notefoot")).to_be_hidden()
    field.fill(text)
    # What changes beside it leaves what is being written alone.
    sara.page.evaluate("document.body.dispatchEvent(new CustomEvent('pv:changed', {bubbles: true}))")
    sara.settled()
    expect(field).to_have_value(text)
    field.press("Control+Enter")
    note = sara.on("#rail ol.tl > li").filter(has=sara.on(".tl-note")).first
    expect(note).to_contain_text(text.partition("\n")[2])
    expect(field).to_have_value("")
    seen(sara, "record-note")
    note.hover()
    note.locator(".tl-acts button").nth(1).click()
    edited = note.locator("textarea")
    edited.fill(f"{text} {more}")
    note.locator("button[type=submit]").click()
    expect(sara.on("#rail .tl-note").first).to_contain_text(more)
    sara.on("#rail ol.tl > li").filter(has=sara.on(".tl-note")).first.hover()
    sara.on("#rail .tl-acts button").first.click()
    expect(sara.on(".tl-pinned .tl-note")).to_contain_text(more)
    sara.on(".tl-pinned > li").hover()
    sara.on(".tl-pinned .tl-acts button").last.click()
    expect(sara.on(".tl-note")).to_have_count(0)
    sara.on("#pv-toasts [data-undo]").last.click()
    expect(sara.on(".tl-pinned .tl-note")).to_contain_text(more)


def a_note_that_is_refused(sara: Reader) -> None:
    sara.expected.add(422)
    sara.on("#note-text").fill("   ")
    sara.on("#note-text").press("Control+Enter")
    expect(sara.on("#note-error")).to_be_visible()
    expect(sara.on("#note-text")).to_have_attribute("aria-invalid", "true")


def one_sort_alone(sara: Reader) -> None:
    sara.on("[popovertarget=tl-sorts]").click()
    seen_menu = sara.on("#tl-sorts")
    expect(seen_menu).to_be_visible()
    seen_menu.locator("[hx-get*='sort=related']").click()
    expect(sara.on("#rail ol.tl:not(.tl-pinned) > li")).to_have_count(3)
    sara.on("[popovertarget=tl-sorts]").click()
    sara.on("#tl-sorts [hx-get*='sort=files']").click()
    expect(sara.on("#rail ol.tl")).to_have_count(0)
    seen(sara, "record-filtered")
    sara.on("#rail p .link").click()
    expect(sara.on("#rail ol.tl:not(.tl-pinned) > li")).to_have_count(4)


def put_a_step_away(sara: Reader) -> None:
    step = sara.on("#next-steps > li")
    expect(step).to_have_count(1)
    step.locator("form button").click()
    expect(sara.on("#next-steps")).to_have_count(0)
    sara.on("#pv-toasts [data-undo]").last.click()
    expect(step).to_have_count(1)
    step.locator("form button").click()
    expect(sara.on("#next-steps")).to_have_count(0)
    sara.page.reload()
    expect(sara.on("#next-steps")).to_have_count(0)


def order_the_page(sara: Reader, account: str) -> None:
    """Deals to the top and files away, by the keyboard alone; then as delivered again."""
    headings = sara.on(".panels > .panel h2")
    before = headings.all_inner_texts()
    sara.go("/settings/fields/account/")
    sara.on("a[href='/settings/fields/account/page/']").click()
    seen(sara, "record-layout")
    group = sara.on(".page-group-blocks")
    rows = group.locator("[data-list]").first.locator("[data-item]")
    number = rows.count()
    deals = group.locator("[data-item]:has([value='list:deal.account']) [data-handle]")
    deals.focus()
    for key in ("Space", *["ArrowUp"] * (number - 1), "Space"):
        sara.page.keyboard.press(key)
    expect(rows.first.locator("input")).to_have_value("list:deal.account")
    files = group.locator("[data-item]:has([value='files']) [data-handle]")
    files.focus()
    for key in ("Space", *["ArrowDown"] * number, "Space"):
        sara.page.keyboard.press(key)
    expect(group.locator(".off [data-item]")).to_have_count(1)
    sara.on("main form button.btn-primary").first.click()
    sara.page.wait_for_load_state()
    expect(sara.on("#pv-toasts [data-undo]").last).to_be_visible()
    sara.go(f"/accounts/{account}/")
    after = headings.all_inner_texts()
    assert after[0] in before
    assert before.index(after[0]) == len(before) - 1
    assert sara.on("#p-files-h").count() == 0
    seen(sara, "record-ordered")
    sara.go("/settings/fields/account/page/")
    sara.on("form[action$='/page/reset/'] button").click()
    sara.page.wait_for_load_state()
    sara.go(f"/accounts/{account}/")
    assert headings.all_inner_texts() == before
