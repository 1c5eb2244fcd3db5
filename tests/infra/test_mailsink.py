"""The mail sink as a process, spoken to over SMTP and HTTP."""

import http.client
import json
import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from infra.dev import saved
from infra.dev.mailsink.pages import link_addresses
from infra.dev.mailsink.store import Store
from infra.dev.mailsink.words import ENGLISH, PERSIAN, choose
from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until


@dataclass(frozen=True)
class Sink:
    smtp: int
    page: int

    def get(self, path: str, language: str = "en", host: str = "localhost") -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.page, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": f"{host}:{self.page}", "Accept-Language": language})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())
        finally:
            connection.close()

    def send(self, to: str, subject: str, text: str, html: str = "") -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "Peyvand <no-reply@localhost>", to, subject
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=5) as server:
            server.send_message(message)

    def messages(self, to: str = "") -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.get(f"/api/messages?to={to}")[1])["messages"]
        return found


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    made = Sink(saved.any_free_port(), saved.any_free_port())
    folder = tmp_path_factory.mktemp("mail")
    command = [sys.executable, "-m", "infra.dev.mailsink", "--folder", str(folder)]
    process = subprocess.Popen(
        [*command, "--smtp", str(made.smtp), "--page", str(made.page)], cwd=ROOT, env=dict(os.environ)
    )

    def answers() -> bool:
        try:
            return made.get("/")[0] == 200
        except OSError:
            return False

    assert wait_until(answers, 20)
    yield made
    process.terminate()
    assert process.wait(10) == 0


def test_a_mail_arrives_and_is_shown(sink: Sink) -> None:
    sink.send(
        "sara@acme.example", "دعوت‌نامه", "سلام سارا،\nhttp://acme.localhost:8000/invite/x?a=1&b=2.", "<h1>سلام</h1>"
    )
    (mail,) = sink.messages("SARA@")
    assert mail["to"] == ["sara@acme.example"]
    assert mail["subject"] == "دعوت‌نامه"
    assert "سلام سارا" in str(mail["text"])
    _, listing, _ = sink.get("/")
    assert "دعوت‌نامه" in listing
    status, page, _ = sink.get(f"/mail/{mail['id']}")
    assert status == 200
    assert '<a href="http://acme.localhost:8000/invite/x?a=1&amp;b=2" dir="ltr"' in page
    assert 'sandbox="allow-popups' in page


def test_search_is_by_recipient(sink: Sink) -> None:
    sink.send("babak@acme.example", "For Babak", "Hello")
    assert [mail["subject"] for mail in sink.messages("babak")] == ["For Babak"]
    assert sink.messages("nobody-at-all") == []
    assert ENGLISH.none_found in sink.get("/?to=nobody-at-all")[1]


def test_what_a_mail_brings_cannot_act_on_the_page(sink: Sink) -> None:
    evil = "<script>alert(1)</script>"
    sink.send("evil@acme.example", evil, f"text {evil}", f"<p>{evil}</p>")
    (mail,) = sink.messages("evil")
    for path in ("/", f"/mail/{mail['id']}", f"/?to={evil}"):
        assert evil not in sink.get(path.replace("<", "%3C").replace(">", "%3E"))[1]
    _, html, headers = sink.get(f"/mail/{mail['id']}/html")
    assert evil in html
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy


def test_persian_by_the_browsers_wish(sink: Sink) -> None:
    page = sink.get("/", "fa-IR,fa;q=0.9,en;q=0.5")[1]
    assert '<html lang="fa" dir="rtl">' in page
    assert PERSIAN.explanation in page


@pytest.mark.parametrize("path", ["/mail/1", "/mail/../secret_key", "/mail/%2e%2e", "/nothing", "/mail/x/y"])
def test_unknown_addresses_are_404(sink: Sink, path: str) -> None:
    assert sink.get(path)[0] == 404


def test_a_strange_host_name_is_refused(sink: Sink) -> None:
    assert sink.get("/api/messages", host="attacker.example")[0] == 421


def test_language_choice() -> None:
    assert choose("de, fa;q=0.5") is PERSIAN
    assert choose("en-GB,fa") is ENGLISH
    assert choose("") is ENGLISH


def test_the_full_stop_behind_an_address_is_not_part_of_it() -> None:
    assert link_addresses("See https://a.example/x.").endswith("https://a.example/x</a>.")


def test_an_unknown_character_set_is_shown_all_the_same(tmp_path: Path) -> None:
    mail = Store(tmp_path).keep(b"Content-Type: text/plain; charset=x-strange\r\n\r\nHello", ["a@b.example"])
    assert mail.text.strip() == "Hello"
