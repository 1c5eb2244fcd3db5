"""The environment that every process of ours gets. What the caller has set is never overridden."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.dev import saved
from infra.dev.paths import ROOT, VENV
from infra.dev.problems import Problem


@dataclass(frozen=True)
class Addresses:
    """What is served where. No mail port: a mail server of the caller's own is used."""

    port: int
    database_url: str
    smtp_port: int | None = None
    mail_port: int | None = None


def build(var: Path, addresses: Addresses, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    given = dict(os.environ if inherited is None else inherited)
    ours = {
        "PEYVAND_VAR": str(var),
        "PORT": str(addresses.port),
        "DATABASE_URL": addresses.database_url,
        "PATH": os.pathsep.join([str(VENV / "bin"), given.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(VENV),
        # `platform` is a folder of sources, not a package: see docs/decisions/0002.
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "PYTHONUNBUFFERED": "1",
    }
    if "PEYVAND_SECRET_KEY" not in given:
        ours["PEYVAND_SECRET_KEY"] = saved.secret(var / "secret_key")
    if addresses.smtp_port:
        ours["PEYVAND_SMTP_URL"] = f"smtp://127.0.0.1:{addresses.smtp_port}"
    if addresses.mail_port:
        ours["PEYVAND_MAIL_PAGE"] = f"http://localhost:{addresses.mail_port}/"
    return {**given, **ours}


def wished_port() -> int:
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Problem(f"PORT is “{text}”, which is not a port.", "Use a number from 1 to 65535: make run PORT=8080")
    return int(text)
