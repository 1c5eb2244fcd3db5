"""Out and in again: everything downloaded, something spoilt, restored, and back to before."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import seen
from tests.e2e.reader import Reader
from tests.e2e.stack import Stack


@pytest.mark.parametrize("language", ["fa", "en"])
def test_out_and_in_again(language: str, stack: Stack, another: Any, tmp_path: Path) -> None:
    home = f"archive-{language}"
    token = stack.sign_up(home, language=language)
    kept = "البرز پخش" if language == "fa" else "Alborz Ltd"
    account = stack.ask("POST", "/api/v1/accounts/", {"name": kept}, at=home, token=token).json["id"]
    sara = another(language=language)
    sara.sign_in(home, f"sara@{home}.example")
    sara.go("/settings/data/")
    seen(sara, "empty")
    file = download(sara, tmp_path / "archive.zip")
    spoil(stack, home, token, account)
    restore(sara, file, home.title())
    sara.go("/accounts/")
    expect(sara.on("main")).to_contain_text(kept)
    assert stack.ask("GET", "/api/v1/accounts/", at=home, token=token).json["results"][0]["name"] == kept
    go_back(sara)
    sara.go("/accounts/")
    expect(sara.on("main")).to_contain_text("Spoilt")


def download(sara: Reader, target: Path) -> Path:
    sara.on("form[action$='/data/export/'] button").click()
    link = sara.on("a[href*='/data/archives/']")
    expect(link).to_be_visible(timeout=30_000)
    seen(sara, "made")
    with sara.page.expect_download() as waiting:
        link.click()
    waiting.value.save_as(target)
    return target


def spoil(stack: Stack, home: str, token: str, account: str) -> None:
    answer = stack.ask("PATCH", f"/api/v1/accounts/{account}/", {"name": "Spoilt"}, at=home, token=token)
    assert answer.status == 200, answer.body


def restore(sara: Reader, file: Path, name: str) -> None:
    sara.on("#restore input[type=file]").set_input_files(file)
    sara.on("#restore form button[type=submit]").click()
    sara.page.wait_for_url(re.compile(r"/data/restore/[0-9a-f-]{36}/"))
    seen(sara, "look")
    sara.expected = {422}
    sara.fill(typed="something else")
    sara.submit()
    expect(sara.on("#id_typed_error")).to_be_visible()
    sara.fill(typed=name)
    sara.submit()
    sara.page.wait_for_url(re.compile(r"/settings/data/$"))
    # The bar goes when it is done, and the person is still signed in.
    expect(sara.on("form[action$='/data/back/']")).to_be_visible(timeout=30_000)
    seen(sara, "restored")


def go_back(sara: Reader) -> None:
    sara.go("/settings/data/")
    sara.on("form[action$='/data/back/'] button").click()
    expect(sara.on("[data-toast]").first).to_be_visible()
