"""An administrator makes a choice with colours, uses it everywhere, puts it away and brings it back."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import seen
from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, until

FIELDS = "/settings/fields/contact/"
WORDS = {"fa": ("سطح همکاری", "طلایی", "نقره‌ای"), "en": ("Partnership", "Gold", "Silver")}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_choice_with_colours(language: str, stack: Stack, another: Any) -> None:
    home = f"fields-{language}"
    token = stack.sign_up(home, language=language)
    sara: Reader = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    make_it(sara, language)
    until(lambda: is_indexed(stack, home, token), 60, "the worker has built the indexes")
    use_it_in_a_form(sara, language)
    find_it_in_the_list(sara, language)
    order_the_form(sara, language)
    put_it_away_and_bring_it_back(sara, language)


def is_indexed(stack: Stack, home: str, token: str) -> bool:
    found = stack.ask("GET", "/api/v1/custom-fields/?entity=contact", at=home, token=token).json["results"]
    return bool(found and all(one["indexed_at"] for one in found))


def make_it(sara: Reader, language: str) -> None:
    label, gold, silver = WORDS[language]
    sara.go("/settings/fields/")
    seen(sara, "fields-entities")
    sara.on(f"main a[href='{FIELDS}']").click()
    seen(sara, "fields-empty")
    sara.on("main a[href$='/new/']").first.click()
    seen(sara, "fields-kinds")
    sara.on("a[href='?kind=choice']").click()
    sara.on(f"[name=label_{language}]").fill(label)
    expect(sara.on("[name=name]")).to_have_attribute("placeholder", re.compile("x_"))
    rows = sara.on("[name=choice_" + language + "]")
    rows.nth(0).fill(silver)
    rows.nth(1).fill(gold)
    sara.on("[name=choice_colour]").nth(1).select_option("amber")
    sara.on("[name=choice_colour]").nth(0).select_option("teal")
    # Gold first, by the keyboard alone.
    expect(sara.on("pv-sort:defined").first).to_be_attached()
    handle = sara.on("[data-handle]").nth(1)
    handle.focus()
    for key in ("Space", "ArrowUp", "Space"):
        sara.page.keyboard.press(key)
    expect(rows.nth(0)).to_have_value(gold)
    seen(sara, "fields-form")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/settings/fields/contact/$"))
    expect(sara.on("#own")).to_contain_text(label)
    seen(sara, "fields-list")


def use_it_in_a_form(sara: Reader, language: str) -> None:
    label, gold, silver = WORDS[language]
    for name, choice in (("Mina", gold), ("Reza", silver)):
        sara.go("/contacts/new/")
        sara.fill(first_name=name, last_name="Test")
        sara.on("main select[name^=x_]").select_option(label=choice)
        sara.submit()
        sara.page.wait_for_url(re.compile(r"/contacts/[0-9a-f-]{36}/"))
        expect(sara.on("main")).to_contain_text(choice)
    expect(sara.on("main .chip.tint-teal")).to_contain_text(silver)
    seen(sara, "fields-record")
    assert label


def find_it_in_the_list(sara: Reader, language: str) -> None:
    _label, gold, _silver = WORDS[language]
    name = sara.page.evaluate("document.querySelector('[data-edit-url*=\"/cell/x_\"]').dataset.editUrl").split("/")[4]
    sara.go(f"/contacts/?columns={name}")
    expect(sara.on("table .chip.tint-amber")).to_contain_text(gold)
    sara.page.goto(sara.page.url)
    sara.on("[popovertarget=filter-pop]").first.click()
    sara.on(f"#filter-pop [hx-get*='field={name}']").click()
    sara.on("#filter-pop input[type=checkbox]").first.check()
    seen_filter = sara.on("#filter-pop .chip.tint-amber")
    expect(seen_filter).to_be_visible()
    sara.on("#filter-pop button.btn-primary").click()
    expect(sara.on(".fchip")).to_contain_text(gold)
    expect(sara.on("tbody tr")).to_have_count(1)
    seen(sara, "fields-filtered")
    address = f"/contacts/export/?format=csv&columns={name}"
    assert gold in sara.page.evaluate("address => fetch(address).then(answer => answer.text())", address)


def order_the_form(sara: Reader, language: str) -> None:
    label, _gold, _silver = WORDS[language]
    sara.go(f"{FIELDS}form/")
    seen(sara, "fields-layout")
    item = sara.on("form [data-item]").filter(has_text=label).first
    first = sara.on("form [data-list]").first
    box, to = item.locator("[data-handle]").bounding_box(), first.bounding_box()
    assert box
    assert to
    item.locator("[data-handle]").scroll_into_view_if_needed()
    box = item.locator("[data-handle]").bounding_box()
    assert box
    sara.page.mouse.move(box["x"] + 5, box["y"] + 5)
    sara.page.mouse.down()
    to = first.bounding_box()
    assert to
    sara.page.mouse.move(to["x"] + to["width"] / 2, to["y"] + 4, steps=8)
    sara.page.mouse.up()
    expect(first.locator("[data-item]").first).to_contain_text(label)
    expect(sara.on("#lay-preview")).to_contain_text(label)
    sara.on("main form button.btn-primary").first.click()
    sara.page.wait_for_load_state()
    sara.go("/contacts/new/")
    expect(sara.on("main form .field").first).to_contain_text(label)


def put_it_away_and_bring_it_back(sara: Reader, language: str) -> None:
    label, _gold, silver = WORDS[language]
    sara.go(FIELDS)
    sara.on("#own form button").first.click()
    expect(sara.on("#away")).to_contain_text(label)
    sara.on("#pv-toasts button[data-undo]").click()
    expect(sara.on("#own")).to_contain_text(label)
    sara.on("#own form button").first.click()
    sara.on("#away form button").first.click()
    expect(sara.on("#own")).to_contain_text(label)
    sara.go("/contacts/?q=Reza")
    sara.on("tbody a[data-row-link]").click()
    expect(sara.on("main .chip.tint-teal")).to_contain_text(silver)
