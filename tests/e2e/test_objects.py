"""An administrator makes projects, and everything that people do with records works with them at once."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import LOOK, seen
from tests.e2e.reader import Reader
from tests.e2e.stack import PASSWORD, Stack, until

WORDS: dict[str, dict[str, str]] = {
    "en": {"one": "Project", "many": "Projects", "title": "Project title", "stage": "Stage", "planned": "Planned",
           "running": "Running", "done": "Done", "start": "Start", "budget": "Budget", "customer": "Customer",
           "list": "Their projects", "link": "Membership", "links": "Memberships", "role": "Role",
           "bridge": "Bridge on the Karun", "found": "Karun", "lead": "Project lead"},
    "fa": {"one": "پروژه", "many": "پروژه‌ها", "title": "عنوان پروژه", "stage": "مرحله", "planned": "برنامه‌ریزی",
           "running": "در حال اجرا", "done": "پایان‌یافته", "start": "شروع", "budget": "بودجه", "customer": "کارفرما",
           "list": "پروژه‌های این مشتری", "link": "عضویت", "links": "عضویت‌ها", "role": "نقش",
           "bridge": "پل کارون", "found": "کارون", "lead": "مدیر پروژه"},
}  # fmt: skip


class Story:
    def __init__(self, sara: Reader, stack: Stack, home: str, token: str, language: str) -> None:
        self.sara, self.stack, self.home, self.token, self.language = sara, stack, home, token, language
        self.words = WORDS[language]

    def said(self, key: str) -> dict[str, str]:
        return {language: WORDS[language][key] for language in ("fa", "en")}

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.stack.ask(method, f"/api/v1/{path}", body, at=self.home, token=self.token)
        assert answer.status < 300, (method, path, answer.status, answer.body)
        return answer.json if answer.body else None


def glance(sara: Reader, name: str) -> None:
    """Pages that the tour and its neighbours judge are looked at only when somebody wants their pictures."""
    if LOOK:
        seen(sara, name)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_projects(language: str, stack: Stack, another: Any) -> None:
    home = f"objects-{language}"
    token = stack.sign_up(home, language=language)
    sara: Reader = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    story = Story(sara, stack, home, token, language)
    make_the_object(story)
    give_it_fields(story)
    relate_it(story)
    make_one_by_the_form(story)
    import_twenty(story)
    see_them_on_the_account(story)
    link_people(story)
    filter_and_change(story)
    move_one_on_the_board(story)
    find_and_read(story)
    put_a_field_away_and_bring_it_back(story)
    put_it_away_and_bring_it_back(story)
    a_member_sees_only_hers(story, another(language=language))


def make_the_object(story: Story) -> None:
    sara, words = story.sara, story.words
    sara.go("/settings/objects/")
    glance(sara, "objects-none")
    sara.on("main .head a.btn-primary").click()
    for key, name in (("one", "label"), ("many", "label_plural"), ("title", "title_label")):
        for language, text in story.said(key).items():
            sara.on(f"[name={name}_{language}]").fill(text)
    expect(sara.on("[name=name]")).to_have_attribute("placeholder", "x_project")
    sara.on("[name=icon][value=rocket]").check()
    sara.on("[name=open_to]").select_option("own")
    seen(sara, "objects-new")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/settings/fields/x_project/$"))
    expect(sara.on("aside.side a[href='/x_projects/']")).to_contain_text(words["many"])


def give_it_fields(story: Story) -> None:
    sara, words = story.sara, story.words
    sara.go("/settings/fields/x_project/new/?kind=choice")
    for language, text in story.said("stage").items():
        sara.on(f"[name=label_{language}]").fill(text)
    sara.on("[name=name]").fill("stage")
    sara.on("[data-add]").click()
    for number, (key, colour) in enumerate((("planned", "teal"), ("running", "amber"), ("done", "green"))):
        for language, text in story.said(key).items():
            sara.on(f"[name=choice_{language}]").nth(number).fill(text)
        options = sara.on("[name=choice_colour]").nth(number)
        options.select_option(colour) if options.locator(f"option[value={colour}]").count() else None
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/settings/fields/x_project/$"))
    expect(sara.on("#own")).to_contain_text(words["stage"])
    for name, kind in (("start", "date"), ("budget", "money")):
        add_field(story, "x_project", name, kind)


def add_field(story: Story, entity: str, name: str, kind: str) -> None:
    sara = story.sara
    sara.go(f"/settings/fields/{entity}/new/?kind={kind}")
    for language, text in story.said(name).items():
        sara.on(f"[name=label_{language}]").fill(text)
    sara.on("[name=name]").fill(name)
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile(f"/settings/fields/{entity}/$"))
    expect(sara.on("#own")).to_contain_text(story.words[name])


def relate_it(story: Story) -> None:
    sara = story.sara
    sara.go("/settings/objects/relations/")
    sara.on("main .head a.btn-primary").click()
    sara.on("[name=entity]").select_option("x_project")
    sara.on("[name=target]").select_option("account")
    for key, name in (("customer", "label"), ("list", "list_label")):
        for language, text in story.said(key).items():
            sara.on(f"[name={name}_{language}]").fill(text)
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/relations/$"))
    sara.go("/settings/objects/relations/link/")
    sara.on("[name=first]").select_option("x_project")
    sara.on("[name=second]").select_option("contact")
    for key, name in (("link", "label"), ("links", "label_plural")):
        for language, text in story.said(key).items():
            sara.on(f"[name={name}_{language}]").fill(text)
    glance(sara, "objects-link")
    sara.on("main form.form button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/settings/fields/x_membership/$"))
    add_field(story, "x_membership", "role", "text")
    sara.go("/settings/objects/relations/")
    expect(sara.on("#many")).to_contain_text(story.words["links"])
    seen(sara, "objects-relations")


def make_one_by_the_form(story: Story) -> None:
    sara, words = story.sara, story.words
    relations = {f["name"]: f for f in story.api("GET", "custom-relations/")["results"]}
    assert "x_customer" in relations
    story.api("POST", "accounts/", {"name": "Zagros"})
    sara.go("/x_projects/")
    glance(sara, "objects-empty-list")
    sara.go("/x_projects/new/")
    expect(sara.on("main form")).to_contain_text(words["title"])
    sara.fill(name=words["bridge"], x_stage="planned", x_budget="1250")
    sara.on("c-date, pv-date").locator("input:not([type=hidden])").first.fill(
        "1405/02/11" if sara.language == "fa" else "2026-05-01"
    )
    pick(sara, "x_customer", "Zag")
    glance(sara, "objects-form")
    sara.submit()
    sara.page.wait_for_url(re.compile(r"/x_projects/[0-9a-f-]{36}/"))
    expect(sara.on("main")).to_contain_text("Zagros")


def pick(sara: Reader, name: str, text: str) -> None:
    """A record by typing ahead."""
    control = sara.on(f"pv-relation:has([name={name}])").last
    control.locator("[role=combobox]").fill(text)
    control.locator("[role=option]").first.click()


def import_twenty(story: Story) -> None:
    """The wizard as people go through it; the customer is matched by name, and one row is refused with its reason."""
    sara, words = story.sara, story.words
    rows = [f"{words['one']} {n},{words['planned' if n % 2 else 'running']},Zagros,{n * 10}" for n in range(1, 21)]
    rows.append(f"{words['one']} 21,nonsense,Zagros,5")
    head = ",".join((words["title"], words["stage"], words["customer"], words["budget"]))
    sara.go("/import/new/")
    sara.fill(entity="x_project")
    content = "\n".join([head, *rows]).encode()
    sara.on("input[type=file]").set_input_files({"name": "projects.csv", "mimeType": "text/csv", "buffer": content})
    sara.on("main form button[type=submit]").first.click()
    sara.page.wait_for_url(re.compile("/mapping/"))
    glance(sara, "objects-import")
    sara.on("footer button.btn-primary").click()
    sara.page.wait_for_url(re.compile("/preview/"))
    start = sara.on("form[action$='/start/'] button")
    expect(start).to_be_visible(timeout=30_000)
    start.click()
    # Leaving while the answer is still on its way would be a navigation within a navigation.
    sara.page.wait_for_url(re.compile(r"/import/[0-9a-f-]{36}/$"))
    until(lambda: story.api("GET", "x_projects/")["count"] == 21, why="twenty came, and one was there")
    until(lambda: story.api("GET", "imports/")["results"][0]["state"] == "done", why="the import ends")
    run = story.api("GET", "imports/")["results"][0]
    assert (run["made"], run["refused"]) == (20, 1)
    expect(sara.on("a[href*='/errors.']").first).to_be_visible()  # the page has gone on to the result by itself


def see_them_on_the_account(story: Story) -> None:
    sara, words = story.sara, story.words
    account = story.api("GET", "accounts/?name=Zagros")["results"][0]["id"]
    sara.go(f"/accounts/{account}/")
    panel = sara.on("section.panel").filter(has_text=words["list"])
    expect(panel.locator("li")).to_have_count(5)
    assert sara.number(f"section.panel:has-text('{words['list']}') .count") == 21
    glance(sara, "objects-account")


def link_people(story: Story) -> None:
    sara, words = story.sara, story.words
    story.api("POST", "contacts/", {"first_name": "Nima", "last_name": "Karimi"})
    project = story.api("GET", f"x_projects/?q={quoted(words['found'])}")["results"][0]["id"]
    sara.go(f"/x_projects/{project}/")
    people = sara.on("section.panel:has(button[hx-get^='/x_memberships/new/'])")
    people.locator("header button").click()
    pick(sara, "x_contact", "Nima")
    sara.on("dialog[open] [name=x_role]").fill(words["lead"])
    sara.on("dialog[open] button.btn-primary").click()
    expect(people.locator("li")).to_contain_text("Nima Karimi")
    expect(people.locator("li")).to_contain_text(words["lead"])
    seen(sara, "objects-record")
    people.locator("li form button").click()
    expect(people.locator("li")).to_have_count(0)
    sara.on("#pv-toasts button[data-undo]").last.click()
    expect(people.locator("li")).to_have_count(1)
    people.locator("li a").click()
    sara.page.wait_for_url(re.compile("/contacts/"))
    expect(sara.on("main")).to_contain_text(words["bridge"])


def quoted(text: str) -> str:
    return quote(text)


def filter_and_change(story: Story) -> None:
    sara, words = story.sara, story.words
    sara.go("/x_projects/")
    glance(sara, "objects-list")
    sara.on("[data-hotkey=f]").click()
    sara.on("#filter-pop button[hx-get*='field=x_stage']").click()
    sara.on("#filter-pop input[value=running]").check()
    sara.on("#filter-pop button.btn-primary").click()
    expect(sara.on(".fchip")).to_contain_text(words["running"])
    until(lambda: sara.number("#list-count") == 10, why="the filter leaves what runs")
    cell = sara.on("pv-cell[data-edit-url*='/cell/x_budget/']").first
    cell.click()
    cell.locator("input:not([type=hidden])").first.fill("4321")
    cell.locator("input:not([type=hidden])").first.press("Enter")
    expect(cell).to_contain_text(re.compile("4.?321|۴.?۳۲۱"))
    boxes = sara.on("tbody input[type=checkbox]")
    for number in (0, 1, 2):
        boxes.nth(number).check()
    sara.on("[hx-get*='act=edit']").click()
    sara.on("#bulk-field").select_option("x_stage")
    sara.on("#bulk-dialog select[name=x_stage]").select_option("done")
    sara.on("#bulk-dialog button[value=preview]").click()
    sara.on("#bulk-dialog button[value=act]").click()
    until(lambda: sara.number("#list-count") == 7, why="three are done now")
    sara.on("#pv-toasts button[data-undo]").last.click()
    until(lambda: sara.number("#list-count") == 10, why="and run again")
    address = "/x_projects/export/?format=csv&x_stage=running"
    text = sara.page.evaluate("address => fetch(address).then(answer => answer.text())", address)
    assert len(text.strip().splitlines()) == 11
    assert words["running"] in text


def move_one_on_the_board(story: Story) -> None:
    sara = story.sara
    sara.go("/x_projects/board/")
    expect(sara.on("section.lane").first).to_be_visible()
    glance(sara, "objects-board")
    lane = sara.on("section.lane[data-lane=planned]")
    card = lane.locator("[data-card]").first
    moved = card.get_attribute("data-card")
    # The board is carried by the keyboard; a card alone is a link.
    expect(sara.on("pv-board:defined")).to_be_attached()
    card.focus()
    for key in ("Space", "ArrowLeft" if sara.language == "fa" else "ArrowRight", "Space"):
        sara.page.keyboard.press(key)
    until(lambda: story.api("GET", f"x_projects/{moved}/")["x_stage"] == "running", why="the card is in its new lane")


def find_and_read(story: Story) -> None:
    sara, words = story.sara, story.words
    sara.page.keyboard.press("Control+k")
    sara.on("#pv-palette input").fill(words["found"])
    option = sara.on("#pv-palette [role=option]").filter(has_text=words["bridge"]).first
    expect(option).to_be_visible()
    option.click()
    sara.page.wait_for_url(re.compile(r"/x_projects/[0-9a-f-]{36}/"))
    done = story.api("POST", "x_projects/bulk/", {
        "match": ["name"], "records": [{"name": words["bridge"], "x_budget": "99"}]
    })  # fmt: skip
    assert "changed" in str(done)
    row = story.api("GET", f"x_projects/?q={quoted(words['found'])}")["results"][0]
    assert (row["x_budget"], row["x_customer_label"]) == ("99", "Zagros")
    assert "/api/v1/x_projects/bulk/" in story.api("GET", "schema/")["paths"]


def put_a_field_away_and_bring_it_back(story: Story) -> None:
    sara, words = story.sara, story.words
    sara.go("/settings/fields/x_project/")
    row = sara.on("#own li").filter(has_text=words["budget"])
    row.locator("form button").click()
    expect(sara.on("#away")).to_contain_text(words["budget"])
    assert "x_budget" not in story.api("GET", "x_projects/")["results"][0]
    sara.on("#away form button").first.click()
    expect(sara.on("#own")).to_contain_text(words["budget"])
    assert story.api("GET", f"x_projects/?q={quoted(words['found'])}")["results"][0]["x_budget"] == "99"


def put_it_away_and_bring_it_back(story: Story) -> None:
    sara, words = story.sara, story.words
    sara.go("/settings/objects/")
    sara.on("#own form button").first.click()
    expect(sara.on("#away")).to_contain_text(words["many"])
    expect(sara.on("aside.side a[href='/x_projects/']")).to_have_count(0)
    seen(sara, "objects-away")
    sara.on("#pv-toasts button[data-undo]").last.click()
    expect(sara.on("aside.side a[href='/x_projects/']")).to_be_visible()
    assert story.api("GET", "x_projects/")["count"] == 21


def a_member_sees_only_hers(story: Story, nora: Reader) -> None:
    """By the level that was chosen when the object was made."""
    roles = {one["key"]: one["id"] for one in story.api("GET", "roles/")["results"]}
    address = f"nora@{story.home}.example"
    story.api("POST", "invitations/", {"email": address, "name": "Nora Bahrami", "role": roles["member"]})
    mail = until(lambda: story.stack.mails_to(address), why="the invitation arrives")[-1]
    body = mail.get_body(("plain",))
    link = re.search(r"http://\S+/auth/invitation/\S+", body.get_content() if body else "")
    assert link
    nora.page.goto(link[0])
    nora.fill(name="Nora Bahrami", password=PASSWORD)
    nora.on("main form button.btn-primary, form.form button.btn-primary").first.click()
    expect(nora.on("aside.side")).to_contain_text("Nora Bahrami")
    nora.go("/x_projects/")
    assert nora.number("#list-count") == 0
    nora.go("/x_projects/new/")
    nora.fill(name="Hers")
    nora.submit()
    nora.page.wait_for_url(re.compile(r"/x_projects/[0-9a-f-]{36}/"))
    nora.go("/x_projects/")
    assert nora.number("#list-count") == 1
    nora.expected = {403}
    assert nora.go("/settings/objects/").status == 403
