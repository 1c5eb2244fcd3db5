"""Records carried to another day, in a month that runs from right to left and one that runs from left to right."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, until

LANGUAGES = pytest.mark.parametrize("language", ["fa", "en"])
#: A Wednesday in the middle of a month of either calendar: 9 December 2026, 18 Azar 1405.
DAY = date(2026, 12, 9)


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> dict[str, str]:
    """A workspace in each language."""
    tokens = {language: stack.sign_up(f"month-{language}", language=language) for language in ("fa", "en")}
    for language, token in tokens.items():
        stack.ask("POST", "/api/v1/engines/sfa/enable/", at=f"month-{language}", token=token)
    return tokens


class Month:
    def __init__(self, stack: Stack, sara: Reader, token: str, about: str) -> None:
        self.sara, self.stack, self.token, self.home = sara, stack, token, f"month-{sara.language}"
        self.deals = {
            name: self.api("POST", "deals/", {"name": name, "reference": f"{about}-{name}", "close_date": str(DAY)})[
                "id"
            ]
            for name in ("Pump", "Valve")
        }
        sara.sign_in(self.home, f"sara@{self.home}.example")
        sara.go(f"/deals/calendar/?on=close_date&at={DAY}&reference__contains={about}")
        sara.page.wait_for_function("() => Boolean(customElements.get('pv-calendar'))")

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.stack.ask(method, f"/api/v1/{path}", body, at=self.home, token=self.token)
        assert answer.status < 300, (path, answer.body.decode()[:600])
        return answer.json if answer.body else None

    def event(self, name: str) -> Locator:
        return self.sara.on(f"[data-event='{self.deals[name]}']")

    def day(self, day: date) -> Locator:
        return self.sara.on(f"[data-day='{day}']")

    def stands(self, name: str, day: date) -> None:
        """On the page and in the database, and the page has settled."""
        until(lambda: self.api("GET", f"deals/{self.deals[name]}/")["close_date"] == day.isoformat(), 10, f"{day}")
        expect(self.day(day).locator(f"[data-event='{self.deals[name]}']")).to_have_count(1)
        self.sara.settled()

    def hold_over(self, name: str, goal: date) -> None:
        """Taken by the mouse and held over another day."""
        mouse, box, there = self.sara.page.mouse, self.event(name).bounding_box(), self.day(goal).bounding_box()
        assert box
        assert there
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(there["x"] + there["width"] / 2, there["y"] + there["height"] - 12, steps=6)
        expect(self.sara.on(".cal-carry")).to_be_visible()
        expect(self.day(goal)).to_contain_class("target")


@LANGUAGES
def test_a_record_is_carried_to_another_day(language: str, stack: Stack, another: Any, tokens: dict[str, str]) -> None:
    month = Month(stack, another(language=language), tokens[language], "hand")
    sara, page = month.sara, month.sara.page
    expect(sara.on(".cal-bar h2")).to_contain_text("آذر" if language == "fa" else "December")
    # days run with the writing: tomorrow stands to the left of today in Persian
    today, tomorrow = month.day(DAY).bounding_box(), month.day(DAY + timedelta(1)).bounding_box()
    assert today
    assert tomorrow
    assert (tomorrow["x"] < today["x"]) == (language == "fa")
    # by hand
    goal = DAY + timedelta(2)
    month.hold_over("Pump", goal)
    page.mouse.up()
    month.stands("Pump", goal)
    assert "/calendar/" in page.url
    expect(sara.on(".cal-carry, .target, .ghosted")).to_have_count(0)
    # Undo in the toast
    sara.on("#pv-toasts button[data-undo]").last.click()
    month.stands("Pump", DAY)
    # Escape while it is held leaves it, and letting go opens nothing
    month.hold_over("Pump", goal)
    page.keyboard.press("Escape")
    expect(sara.on(".cal-carry, .target, .ghosted")).to_have_count(0)
    page.mouse.up()
    month.stands("Pump", DAY)
    assert "/calendar/" in page.url
    # a press without a move opens the record
    month.event("Pump").click()
    page.wait_for_url(f"**/deals/{month.deals['Pump']}/**")


@LANGUAGES
def test_a_record_is_carried_by_keys(language: str, stack: Stack, another: Any, tokens: dict[str, str]) -> None:
    month = Month(stack, another(language=language), tokens[language], "keys")
    page = month.sara.page
    onward = "ArrowLeft" if language == "fa" else "ArrowRight"
    month.event("Valve").focus()
    for key in ("Space", "ArrowDown", onward, "Space"):
        page.keyboard.press(key)
    month.stands("Valve", DAY + timedelta(8))
    # the month was drawn anew, and the record is still in the hand's reach
    expect(month.event("Valve")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(month.event("Valve")).to_be_focused()
    month.stands("Valve", DAY + timedelta(8))
    # the week, the agenda, and the months on either side
    month.sara.on(".cal-bar .join a").nth(1).click()
    expect(month.sara.on("table.cal-week")).to_be_visible()
    month.sara.on(".cal-bar .join a").nth(2).click()
    expect(month.sara.on(".ag-ev")).to_have_count(2)
