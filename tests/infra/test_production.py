"""The configuration of a real installation: read by the programs that it is for."""

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from infra.dev import pgbinaries
from infra.dev.paths import ROOT, VENV

PRODUCTION = ROOT / "infra" / "production"
UNITS = sorted((PRODUCTION / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")


def read_by_us() -> set[str]:
    """Variables that the application reads from the environment."""
    files = [path for top in ("platform", "tenants") for path in (ROOT / top).rglob("*.py")]
    return {name for path in files for name in re.findall(r'os\.environ(?:\.get\(|\[)"(\w+)"', path.read_text())}


def test_the_example_environment_names_what_is_read_and_no_secret() -> None:
    given = dict(re.findall(r"^(\w+)=(.*)$", (PRODUCTION / "peyvand.env.example").read_text(), re.MULTILINE))
    read_by_boto3 = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert set(given) <= read_by_us() | read_by_boto3
    assert {given[name] for name in read_by_boto3} == {""}
    assert given["PEYVAND_SECRET_KEY"] == ""
    for name, value in given.items():
        for password in re.findall(r":([^:/@]+)@", value):
            assert password == "PASSWORD", name
    #: Only for one's own machine, or with a default that fits.
    not_here = {"PORT", "PEYVAND_DATA", "PEYVAND_MAIL_PAGE", "DJANGO_SETTINGS_MODULE"}
    assert read_by_us() - set(given) <= not_here


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would lie on a host, with programs at the paths that they name."""
    home, units = tmp_path / "srv", tmp_path / "units"
    units.mkdir()
    for unit in UNITS:
        text = unit.read_text().replace("/srv/peyvand", str(home))
        (units / unit.name).write_text(text)
        for program in re.findall(r"^Exec\w+=(\S+)", text, re.MULTILINE):
            path = Path(program)
            if path.is_relative_to(home):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("#!/bin/sh\n")
                path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return units


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed.")
def test_systemd_understands_the_units(installed: Path) -> None:
    told = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *map(str, installed.iterdir())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    # It also looks at units of the machine's own that ours stand on.
    ours = [line for line in told.stderr.splitlines() if "peyvand" in line]
    assert ours == []


def test_units_start_programs_that_are_there() -> None:
    assert {unit.stem for unit in UNITS} == {"peyvand-web", "peyvand-worker", "peyvand-beat", "peyvand-release"}
    for unit in UNITS:
        program = re.search(r"^ExecStart=/srv/peyvand/\.venv/bin/(\S+)", unit.read_text(), re.MULTILINE)
        assert program is not None
        assert (VENV / "bin" / program[1]).exists() or program[1] == "python"
    command = re.search(r"manage\.py (\w+)", (PRODUCTION / "systemd" / "peyvand-release.service").read_text())
    assert command is not None
    assert (ROOT / "tenants" / "management" / "commands" / f"{command[1]}.py").exists()


@pytest.mark.skipif(not pgbinaries.is_ready(), reason="The embedded PostgreSQL is not set up here.")
def test_postgresql_understands_its_settings(tmp_path: Path) -> None:
    """`-C` reads all of the file and refuses what it does not know."""
    program = pgbinaries.installed() / "bin" / "postgres"
    for name, wanted in (("max_locks_per_transaction", "512"), ("archive_mode", "on"), ("wal_level", "replica")):
        told = subprocess.run(
            [program, "-C", name, "-c", f"config_file={PRODUCTION / 'postgresql' / 'peyvand.conf'}", "-D", tmp_path],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert told.stdout.strip() == wanted, told.stderr


def test_numbers_that_belong_together_fit() -> None:
    pooler = (PRODUCTION / "pgbouncer" / "pgbouncer.ini").read_text()
    server = (PRODUCTION / "postgresql" / "peyvand.conf").read_text()
    limits = (PRODUCTION / "systemd" / "pgbouncer.service.d" / "peyvand.conf").read_text()

    def number(name: str, text: str) -> int:
        found = re.search(rf"^{name}\s*=\s*(\d+)", text, re.MULTILINE)
        assert found is not None, name
        return int(found[1])

    assert number("default_pool_size", pooler) + number("reserve_pool_size", pooler) <= number(
        "max_db_connections", pooler
    )
    assert number("max_db_connections", pooler) + 20 <= number("max_connections", server)
    assert number("max_client_conn", pooler) + number("max_db_connections", pooler) < number("LimitNOFILE", limits)
