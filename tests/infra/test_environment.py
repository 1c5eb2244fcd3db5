from pathlib import Path

import pytest

from infra.dev import environment
from infra.dev.environment import Addresses
from infra.dev.problems import Problem

URL = "postgresql://u:p@127.0.0.1:1/db"


def test_children_learn_every_address(tmp_path: Path) -> None:
    env = environment.build(tmp_path, Addresses(8000, URL, 1025, 8025), {"PATH": "/bin"})
    assert env["DATABASE_URL"] == URL
    assert env["PEYVAND_VAR"] == str(tmp_path)
    assert env["PEYVAND_SMTP_URL"] == "smtp://127.0.0.1:1025"
    assert env["PEYVAND_MAIL_PAGE"] == "http://localhost:8025/"
    assert env["PATH"].endswith(":/bin")
    assert env["PYTHONPATH"].split(":")[0].endswith("/platform")
    assert env["PEYVAND_SECRET_KEY"] == (tmp_path / "secret_key").read_text().strip()


def test_what_the_caller_set_stays(tmp_path: Path) -> None:
    given = {"PEYVAND_SECRET_KEY": "mine", "PEYVAND_SMTP_URL": "smtp://mail.example", "LANG": "fa_IR.UTF-8"}
    env = environment.build(tmp_path, Addresses(8000, URL), given)
    assert {name: env[name] for name in given} == given
    assert "PEYVAND_MAIL_PAGE" not in env
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Problem, match="not a port"):
        environment.wished_port()


def test_the_port_is_8000_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert environment.wished_port() == 8000
