"""What a new user does on the first day, from the public site to a second organization that sees nothing of it."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.reader import Reader
from tests.e2e.stack import PASSWORD, Stack, until

DATA = Path(os.environ.get("PEYVAND_DATA") or "/nowhere") / "crm_opportunities"
FILES = (("account", "accounts.csv", 85), ("product", "products.csv", 7), ("user", "sales_teams.csv", 35),
         ("deal", "sales_pipeline.csv", 8800))  # fmt: skip


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_first_day(language: str, stack: Stack, another: Any) -> None:
    if not DATA.is_dir():
        pytest.skip("PEYVAND_DATA does not name the folder with crm_opportunities/.")
    home = f"tour-{language}"
    sara = another(language=language)
    sign_up(sara, home, language)
    switch_on_sales(sara)
    for entity, name, rows in FILES:
        import_file(sara, entity, DATA / name, rows)
    work_the_list(sara)
    work_a_record(sara)
    work_the_board(sara)
    switch_off_and_on(sara, stack, home)
    nora = invite(sara, stack, another(language=language), home)
    sees_only_hers(nora)
    token = by_the_api(sara, stack, home)
    a_second_organization_sees_nothing(stack, another(language=language), home, token)


def sign_up(sara: Reader, home: str, language: str) -> None:
    sara.page.goto(sara.stack.url + "/")
    expect(sara.on("html")).to_have_attribute("lang", language)
    expect(sara.on("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    sara.on("a[href*='/signup/']").first.click()
    sara.fill(organization="Tour", subdomain=home, name="Sara Ahmadi", email="sara@tour.example", password=PASSWORD,
              language=language)  # fmt: skip
    expect(sara.on("#subdomain-state")).not_to_be_empty()
    sara.submit("/signup/")
    sara.page.wait_for_url(f"{sara.stack.at(home)}/**")
    expect(sara.on("aside.side")).to_contain_text("Sara Ahmadi")


def switch_on_sales(sara: Reader) -> None:
    assert not sara.on("aside.side a[href='/deals/']").count()
    sara.go("/settings/engines/")
    row = sara.on("#e-sfa")
    expect(row).to_contain_text(re.compile(r"[0-9۰-۹]"))
    row.get_by_role("switch").click()
    form = sara.on("form[action$='/engines/sfa/enable/']")
    expect(form.locator("dl")).to_contain_text(re.compile(r"[0-9۰-۹]"))
    form.locator("button.btn-primary").click()
    expect(sara.on("aside.side a[href='/deals/']")).to_be_visible()


def import_file(sara: Reader, entity: str, file: Path, rows: int) -> None:
    sara.go("/import/new/")
    sara.fill(entity=entity)
    sara.on("input[type=file]").set_input_files(file)
    sara.on("main form button[type=submit]").first.click()
    sara.page.wait_for_url(re.compile("/mapping/"))
    sara.on("footer button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/preview/"))
    start = sara.on("form[action$='/start/'] button")
    expect(sara.on("main [aria-label] dl, main .figures, main [class*=figures]").first).to_be_visible(timeout=30_000)
    start.click()
    if rows > 1000:
        expect(sara.on("#progress")).to_be_visible()
    expect(sara.on("main .next")).not_to_have_count(0, timeout=25_000)
    expect(sara.on("#progress")).to_have_count(0, timeout=25_000)
    made = re.sub(r"\D", "", sara.text("main [class*=figure] dd, main [class*=figures] dd"))
    assert int(made) == rows, (entity, made)


def work_the_list(sara: Reader) -> None:
    sara.go("/deals/")
    assert sara.number("#list-count") == 8800
    # filter by stage kind over the menu
    sara.on("[data-hotkey=f]").click()
    sara.on("#filter-pop button[hx-get*='field=kind']").click()
    sara.on("#filter-pop input[value=won]").check()
    sara.on("#filter-pop button.btn-primary").click()
    expect(sara.on(".fchip")).to_have_count(1)
    until(lambda: sara.number("#list-count") == 4238, why="the filter leaves what was won")
    # sort by amount: twice is the largest first
    for _ in range(2):
        sara.on("th a.sort[href*='amount']").click()
        sara.settled()
    assert "sort=" in sara.page.url
    # a column more
    sara.on("[popovertarget=columns-pop]").click()
    sara.on("#col-reference").check()
    sara.settled()
    sara.page.keyboard.press("Escape")
    # save the view
    sara.on("nav.tabs-l button[aria-haspopup=dialog]").click()
    sara.on("#view-dialog [name=name]").fill("Largest won")
    sara.on("#view-dialog button[value=save]").click()
    expect(sara.on("nav.tabs-l a[aria-current=page]")).to_contain_text("Largest won")
    sara.settled()
    # type ahead: over everything, and on this list
    sara.page.keyboard.press("Control+k")
    sara.on("#pv-palette input").fill("cancity")
    expect(
        sara.on(
            "#pv-palette [role=option]",
        )
        .filter(has_text="Cancity")
        .first
    ).to_be_visible()
    sara.page.keyboard.press("Escape")
    sara.go("/deals/")
    sara.on("#list-find").fill("1C1I7A6R")
    until(lambda: sara.number("#list-count") == 1, why="the search finds the one deal of this reference")
    sara.go("/deals/?reference=1C1I7A6R")
    assert sara.number("#list-count") == 1
    sara.on("#list a[data-row-link]").first.click()
    sara.page.wait_for_url(re.compile(r"/deals/[0-9a-f-]{36}/"))


def work_a_record(sara: Reader) -> None:
    cell = sara.on("pv-cell[data-edit-url*='/next_step/']").first
    cell.click()
    cell.locator("input:not([type=hidden])").fill("Call on Sunday")
    cell.locator("input:not([type=hidden])").press("Enter")
    expect(sara.on("pv-cell[data-edit-url*='/next_step/']").first).to_contain_text("Call on Sunday")
    expect(sara.on("#rail ol.tl > li").first).to_contain_text("Call on Sunday")
    expect(sara.on("#rail ol.tl > li").first).to_contain_text("Sara Ahmadi")


def lane(sara: Reader, number: int) -> Any:
    return sara.on("section.lane").nth(number)


def lane_numbers(sara: Reader) -> list[int]:
    return [int(re.sub(r"\D", "", t)) for t in sara.on("section.lane [data-count]").all_inner_texts()]


def work_the_board(sara: Reader) -> None:
    sara.go("/deals/board/")
    counts = lane_numbers(sara)
    assert sum(counts) == 8800
    won = counts.index(4238)
    assert "10005534" in re.sub(r"\D", "", sara.text(f"section.lane >> nth={won} >> [data-sum]"))
    # by keyboard, one lane towards the end and the change is there after a reload
    card = lane(sara, 0).locator("[data-card]").first
    moved = card.get_attribute("data-card")
    card.focus()
    for key in ("Space", "ArrowLeft" if sara.language == "fa" else "ArrowRight", "Space"):
        sara.page.keyboard.press(key)
    until(lambda: lane_numbers(sara)[1] == counts[1] + 1, why="the card is counted in its new lane")
    # by hand, one lane further
    carry(sara, sara.on(f"[data-card='{moved}']"), lane(sara, 2))
    until(lambda: lane_numbers(sara)[1:3] == [counts[1], counts[2] + 1], why="the card is where it was dropped")
    sara.go(f"/deals/{moved}/")
    assert sara.on("#rail ol.tl > li").count() >= 3


def carry(sara: Reader, card: Any, goal: Any) -> None:
    """By the mouse. The board scrolls under the hand, so the goal is looked for again until the hand is over it."""
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    sara.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6)
    sara.page.mouse.down()
    sara.page.mouse.move(740, 500, steps=6)

    def over() -> bool:
        there = goal.bounding_box()
        sara.page.mouse.move(there["x"] + there["width"] / 2, there["y"] + 160, steps=3)
        return "target" in (goal.get_attribute("class") or "").split()

    until(over, why="the card hangs over its new lane")
    sara.page.mouse.up()


def switch_off_and_on(sara: Reader, stack: Stack, home: str) -> None:
    token = token_of(stack, home, "sara@tour.example")
    sara.go("/settings/engines/")
    sara.on("#e-sfa").get_by_role("switch").click()
    sara.on("form[action$='/engines/sfa/disable/'] button[type=submit]").click()
    expect(sara.on("aside.side a[href='/deals/']")).to_have_count(0)
    sara.expected = {404}
    assert sara.go("/deals/").status == 404
    assert stack.ask("GET", "/api/v1/deals/", at=home, token=token).status == 404
    sara.expected = set()
    sara.go("/settings/engines/")
    sara.on("#e-sfa").get_by_role("switch").click()
    sara.on("form[action$='/engines/sfa/enable/'] button.btn-primary").click()
    expect(sara.on("aside.side a[href='/deals/']")).to_be_visible()
    assert stack.ask("GET", "/api/v1/deals/", at=home, token=token).json["count"] == 8800


def token_of(stack: Stack, home: str, email: str) -> str:
    answer = stack.ask("POST", "/api/v1/auth/token/", {"email": email, "password": PASSWORD}, at=home)
    assert answer.status in (200, 201), answer.body
    return str(answer.json["token"])


def invite(sara: Reader, stack: Stack, nora: Reader, home: str) -> Reader:
    sara.go("/settings/people/invite/")
    address = f"nora@{home}.example"
    sara.fill(email=address, name="Nora Bahrami")
    options = sara.on("main [name=role] option").all()
    member = next(o.get_attribute("value") for o in options if re.search(r"Member|عضو", o.inner_text()))
    sara.fill(role=member or "")
    sara.on("main form.form button.btn-primary").first.click()
    mail = until(lambda: stack.mails_to(address), why="the invitation arrives")[-1]
    body = mail.get_body(("plain",))
    link = re.search(r"http://\S+/auth/invitation/\S+", body.get_content() if body else "")
    assert link
    nora.page.goto(link[0])
    nora.fill(name="Nora Bahrami", password=PASSWORD)
    nora.on("main form button.btn-primary, form.form button.btn-primary").first.click()
    expect(nora.on("aside.side")).to_contain_text("Nora Bahrami")
    return nora


def sees_only_hers(nora: Reader) -> None:
    """A member sees every account, her own deals, and no settings of the organization."""
    nora.go("/accounts/")
    assert nora.number("#list-count") == 85
    nora.go("/deals/")
    assert nora.number("#list-count") == 0
    nora.expected = {403}
    assert nora.go("/settings/engines/").status == 403
    nora.expected = set()
    nora.go("/deals/new/")
    nora.fill(name="Hers", amount="5")
    nora.on("main form .formfoot button.btn-primary").click()
    nora.page.wait_for_url(re.compile(r"/deals/(?!new)"))
    nora.go("/deals/")
    assert nora.number("#list-count") == 1


def by_the_api(sara: Reader, stack: Stack, home: str) -> str:
    """All of it again with a personal token made in the browser."""
    sara.go("/settings/tokens/")
    sara.fill(name="tour")
    sara.on("main form.form button.btn-primary").last.click()
    token = sara.on("input[readonly][data-select-on-focus]").input_value()

    def api(method: str, path: str, body: Any = None) -> Any:
        answer = stack.ask(method, f"/api/v1/{path}", body, at=home, token=token)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return answer.json if answer.body else None

    assert api("GET", "deals/?kind=won")["count"] == 4238
    account = api("POST", "accounts/", {"name": "By API"})
    assert api("PATCH", f"accounts/{account['id']}/", {"city": "Shiraz"})["city"] == "Shiraz"
    assert api("GET", "accounts/?q=by%20api")["count"] == 1
    done = api("POST", "accounts/bulk/", {"match": ["name"], "records": [{"name": "By API", "city": "Yazd"}]})
    assert "changed" in str(done)
    engines = {e["name"]: e for e in api("GET", "engines/")["results"]}
    assert "sfa" in engines
    run = stack.upload(home, token, "more.csv", b"name,city\nNew One,Rasht\n", entity="account",
                       mapping='{"name": "name", "city": "city"}', match="name")  # fmt: skip
    assert run.status == 202, run.body
    pk = run.json["id"]
    counted = until(lambda: (r := api("GET", f"imports/{pk}/"))["state"] == "done" and r, why="the import ends")
    assert counted["made"] == 1
    api("DELETE", f"accounts/{account['id']}/")
    api("POST", "engines/sfa/disable/")
    api("POST", "engines/sfa/enable/")
    return token


def a_second_organization_sees_nothing(stack: Stack, olga: Reader, home: str, token: str) -> None:
    other = f"{home}-other"
    olga.page.goto(f"{stack.url}/signup/")
    olga.fill(organization="Other", subdomain=other, name="Olga Petrova", email="olga@other.example",
              password=PASSWORD)  # fmt: skip
    olga.submit("/signup/")
    olga.page.wait_for_url(f"{stack.at(other)}/**")
    record = stack.ask("GET", "/api/v1/accounts/?q=cancity", at=home, token=token).json["results"][0]["id"]
    olga.expected = {404, 401, 403}
    assert olga.go(f"/accounts/{record}/").status == 404
    assert stack.ask("GET", "/api/v1/accounts/", at=other, token=token).status == 401
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in olga.context.cookies(stack.at(other)))
    answer = stack.ask("GET", "/accounts/", at=home, Cookie=cookies)
    assert answer.status == 302
    assert b"Cancity" not in answer.body
    olga.go("/accounts/")
    assert "Cancity" not in olga.page.content()
