"""A list worked like a spreadsheet: arrows, typing, Enter and Tab, Escape, Ctrl Z, blocks copied and pasted, paper."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, until

COLUMNS = "columns=stage,amount,close_date,next_step&sort=name"
LANGUAGES = pytest.mark.parametrize("sheet", ["fa", "en"], indirect=True)


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> dict[str, str]:
    """A workspace in each language."""
    tokens = {language: stack.sign_up(f"sheet-{language}", language=language) for language in ("fa", "en")}
    for language, token in tokens.items():
        stack.ask("POST", "/api/v1/engines/sfa/enable/", at=f"sheet-{language}", token=token)
    return tokens


class Sheet:
    """Deals A to F in a list, and what the database holds of them."""

    def __init__(self, stack: Stack, sara: Reader, token: str, about: str) -> None:
        self.sara, self.stack, self.token, self.language = sara, stack, token, sara.language
        self.home = f"sheet-{self.language}"
        self.stages = self.api("GET", "stages/?sort=position")["results"]
        self.ids = {
            name: self.api("POST", "deals/", {
                "name": name, "reference": f"{about}-{name}", "amount": str(1000 * (at + 1)),
                "close_date": f"2026-12-1{at}", "next_step": f"Step {name}", "stage": self.stages[at % 2]["id"],
            })["id"]
            for at, name in enumerate("ABCDEF")
        }  # fmt: skip
        sara.sign_in(self.home, f"sara@{self.home}.example")
        sara.go(f"/deals/?{COLUMNS}&reference__contains={about}")
        sara.page.wait_for_function("() => Boolean(customElements.get('pv-grid') && customElements.get('pv-cell'))")

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.stack.ask(method, f"/api/v1/{path}", body, at=self.home, token=self.token)
        assert answer.status < 300, (path, answer.body.decode()[:600])
        return answer.json if answer.body else None

    def cell(self, name: str, field: str) -> Locator:
        return self.sara.on(f"pv-cell[data-edit-url*='{self.ids[name]}/cell/{field}/']")

    def kept(self, name: str, field: str) -> Any:
        value = self.api("GET", f"deals/{self.ids[name]}/")[field]
        return value.removesuffix(".00") if field == "amount" else value

    def keeps(self, name: str, field: str, value: Any) -> None:
        until(lambda: self.kept(name, field) == value, 10, f"{name}.{field} is {value}, not {self.kept(name, field)}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.sara.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.sara.page.keyboard.type(text)

    @property
    def onward(self) -> str:
        """The arrow that leads to the next column."""
        return "ArrowLeft" if self.language == "fa" else "ArrowRight"

    @property
    def backward(self) -> str:
        return "ArrowRight" if self.language == "fa" else "ArrowLeft"


@pytest.fixture
def sheet(request: pytest.FixtureRequest, stack: Stack, another: Any, tokens: dict[str, str]) -> Sheet:
    language, about = request.param, request.node.originalname.split("_", 2)[1]
    return Sheet(stack, another(language=language), tokens[language], about)


@LANGUAGES
def test_arrows_walk_over_cells(sheet: Sheet) -> None:
    sheet.sara.on("a[data-row-link]").first.focus()
    sheet.press(sheet.onward)
    expect(sheet.cell("A", "stage")).to_be_focused()
    sheet.press(sheet.onward, "ArrowDown")
    expect(sheet.cell("B", "amount")).to_be_focused()
    sheet.press("End")
    expect(sheet.cell("B", "next_step")).to_be_focused()
    sheet.press("ArrowUp", sheet.backward)
    expect(sheet.cell("A", "close_date")).to_be_focused()
    sheet.press("Home")
    expect(sheet.sara.on("a[data-row-link]").first).to_be_focused()
    sheet.press("ArrowUp", sheet.backward)
    expect(sheet.sara.on("a[data-row-link]").first).to_be_focused()


@LANGUAGES
def test_typing_replaces_enter_goes_down_tab_goes_on_escape_leaves(sheet: Sheet) -> None:
    # typed at the speed of a hand, before the editor has come
    sheet.cell("A", "next_step").focus()
    sheet.type("Call Mina")
    sheet.press("Enter")
    sheet.keeps("A", "next_step", "Call Mina")
    expect(sheet.cell("B", "next_step")).to_be_focused()
    # amounts show in the digits of the language, Tab to the next cell's editor
    sheet.cell("B", "amount").focus()
    sheet.type("7500")
    expect(sheet.cell("B", "amount").locator("input:not([type=hidden])")).to_have_value(
        "۷٬۵۰۰" if sheet.language == "fa" else "7,500"
    )
    sheet.press("Tab")
    # a Persian workspace counts in toman, which are ten rials
    sheet.keeps("B", "amount", "75000" if sheet.language == "fa" else "7500")
    day = sheet.cell("B", "close_date").locator("[data-shown]")
    expect(day).to_be_focused()
    # a date in the reader's calendar, kept by Tab as well
    day.fill("۱۴۰۵/۱۰/۱" if sheet.language == "fa" else "2026-12-22")
    sheet.press("Tab")
    sheet.keeps("B", "close_date", "2026-12-22")
    expect(sheet.cell("B", "next_step").locator("input:not([type=hidden])")).to_be_focused()
    # Escape leaves what was there
    sheet.type("Nothing of this")
    sheet.press("Escape")
    expect(sheet.cell("B", "next_step")).to_be_focused()
    expect(sheet.cell("B", "next_step")).to_contain_text("Step B")
    assert sheet.kept("B", "next_step") == "Step B"
    # what cannot be read stays open with the reason
    sheet.sara.expected = {422}
    sheet.cell("C", "amount").focus()
    sheet.type("many")
    sheet.press("Enter")
    expect(sheet.cell("C", "amount").locator("[role=alert]")).not_to_be_empty()
    sheet.press("Escape")
    assert sheet.kept("C", "amount") == "3000"
    # Delete empties
    sheet.cell("C", "next_step").focus()
    sheet.press("Delete")
    expect(sheet.cell("C", "next_step").locator("input:not([type=hidden])")).to_have_value("")
    sheet.press("Enter")
    sheet.keeps("C", "next_step", "")


@LANGUAGES
def test_undo_by_ctrl_z_takes_back_one_after_another(sheet: Sheet) -> None:
    for name in "AB":
        sheet.cell(name, "next_step").focus()
        sheet.type(f"New {name}")
        sheet.press("Enter")
        sheet.keeps(name, "next_step", f"New {name}")
    sheet.sara.settled()
    sheet.press("Control+z")
    sheet.keeps("B", "next_step", "Step B")
    expect(sheet.cell("B", "next_step")).to_contain_text("Step B")
    expect(sheet.cell("C", "next_step")).to_be_focused()
    sheet.press("Control+z")
    sheet.keeps("A", "next_step", "Step A")
    expect(sheet.cell("A", "next_step")).to_contain_text("Step A")


@LANGUAGES
def test_blocks_are_copied_and_pasted(sheet: Sheet) -> None:
    sara = sheet.sara
    sheet.cell("A", "stage").focus()
    with_shift = f"Shift+{sheet.onward}"
    sheet.press(with_shift, with_shift, with_shift, "Shift+ArrowDown")
    expect(sara.on("tbody .picked")).to_have_count(8)
    sheet.press("Control+c")
    sheet.cell("E", "stage").focus()
    sheet.press("ArrowUp", "ArrowDown", "Control+v")
    dialog = sara.on("#paste-dialog")
    expect(dialog).to_be_visible()
    figures = [re.sub(r"\D", "", text) for text in dialog.locator("dd").all_inner_texts()]
    assert int(figures[0]) + int(figures[1]) == 8, dialog.inner_text()
    dialog.locator("button[value=act]").click()
    for source, target in (("A", "E"), ("B", "F")):
        for field in ("stage", "amount", "close_date", "next_step"):
            sheet.keeps(target, field, sheet.kept(source, field))
    # the focus is where it was, so that one can go on and take it back
    expect(sheet.cell("E", "stage")).to_be_focused()
    sheet.press("Control+z")
    sheet.keeps("E", "next_step", "Step E")
    assert sheet.kept("F", "amount") == "6000"
    # one value over a chosen column
    expect(sheet.cell("E", "next_step")).to_contain_text("Step E")
    sheet.cell("A", "next_step").focus()
    sheet.press("Control+c")
    sheet.cell("C", "next_step").focus()
    sheet.press("Shift+ArrowDown", "Control+v")
    sara.on("#paste-dialog button[value=act]").click()
    for name in "CD":
        sheet.keeps(name, "next_step", "Step A")


@LANGUAGES
def test_paper_holds_the_table_and_nothing_else(sheet: Sheet) -> None:
    page = sheet.sara.page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 990})
    expect(sheet.sara.on("table.grid-t")).to_be_visible()
    expect(sheet.sara.on(".print-only")).to_be_visible()
    for hidden in ("aside.side", "nav.tabs-l", ".bulk", "#list ul.phone", ".top", "nav.dock"):
        for one in sheet.sara.on(hidden).all():
            expect(one).to_be_hidden()
    last = sheet.sara.on("tbody tr[data-row]").last
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = last.bounding_box()
    assert box
    assert box["height"] > 0
    # sums of groups stand under the column that they add up
    sheet.sara.go(f"/deals/?{COLUMNS}&by=stage&reference__contains=paper")
    heading = sheet.sara.on("th[data-column=amount]").bounding_box()
    total = sheet.sara.on("tr.grp").first.locator("td").nth(1).bounding_box()
    assert heading
    assert total
    assert abs(heading["x"] - total["x"]) < 2, (heading, total)
    page.emulate_media(media="screen")
