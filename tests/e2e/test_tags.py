"""Tags: put on everything that a list shows, taken back, and never wider than a phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import violations
from tests.e2e.reader import Reader
from tests.e2e.stack import Stack, until

LONG = {"fa": "شرکت‌کنندگان نمایشگاه صنعت آب و تأسیسات تهران", "en": "Visitors of the spring exhibition in Isfahan"}


def is_cut(name: Locator) -> bool:
    return bool(name.evaluate("e => e.scrollWidth > e.clientWidth && getComputedStyle(e).textOverflow === 'ellipsis'"))


@pytest.mark.parametrize("language", ["fa", "en"])
def test_everything_found_is_tagged_and_taken_back(language: str, stack: Stack, another: Any) -> None:
    home, tag = f"tags-{language}", LONG[language]
    token = stack.sign_up(home, language=language)

    def api(method: str, path: str, body: Any = None) -> Any:
        answer = stack.ask(method, f"/api/v1/{path}", body, at=home, token=token)
        assert answer.status < 300, answer.body
        return answer.json

    def tagged() -> list[str]:
        return sorted(row["name"] for row in api("GET", "accounts/")["results"] if tag in row["tags_label"])

    pumps = [f"Pump {n}" for n in range(4)]
    api("POST", "accounts/bulk/", [*({"name": name} for name in pumps), {"name": "Valve"}])
    sara: Reader = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    sara.go("/accounts/?name__contains=pump&sort=name")
    sara.on("tbody input[type=checkbox]").first.check()
    sara.on("[hx-get*='act=tag']").click()
    sara.on("#bulk-tag").fill(tag)
    sara.on("#bulk-tag-list [role=option]").filter(has_text=tag).click()
    sara.on("#bulk-dialog input[name=everything]").check()
    assert violations(sara) == []
    sara.on("#bulk-dialog button[value=preview]").click()
    expect(sara.on("#bulk-dialog dl.figures dd").first).to_have_text(re.compile("^[4۴]$"))
    assert tagged() == []
    sara.on("#bulk-dialog button[value=back]").click()
    expect(sara.on("#bulk-tag")).to_have_value(tag)
    expect(sara.on("#bulk-dialog input[name=everything]")).to_be_checked()
    sara.on("#bulk-dialog button[value=act]").click()
    until(lambda: tagged() == pumps, why="all four wear it")
    expect(sara.on("tbody .tagchip:visible")).to_have_count(4)
    assert is_cut(sara.on("tbody .tagchip bdi").first)
    sara.on("#pv-toasts button[data-undo]").last.click()
    until(lambda: tagged() == [], why="none wears it any more")
    on_a_phone(another(language=language, width=375), home, tag, api)


def on_a_phone(nora: Reader, home: str, tag: str, api: Any) -> None:
    one = api("POST", "accounts/", {"name": "Zagros", "tags": [tag, "x" * 50]})
    nora.sign_in(home, f"sara@{home}.example")
    for path in ("/accounts/?name__contains=zagros", f"/accounts/{one['id']}/"):
        nora.go(path)
        worn = nora.on(".tagchip:visible")
        expect(worn).to_have_count(2)
        for chip, name in zip(worn.all(), (tag, "x" * 50), strict=True):
            box = chip.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 375 - 15, path
            assert name in (chip.get_attribute("title"), chip.locator("a").first.get_attribute("title")
                            if chip.locator("a").count() else None)  # fmt: skip
        assert is_cut(worn.last.locator("a, bdi").first)
        assert violations(nora) == []
