"""Who a service runs as: PostgreSQL refuses to be root, so root hands it to an ordinary account."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.dev.problems import Problem

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """Arguments for `subprocess`; `MYSELF` changes nothing."""

    user: int | None = None
    group: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        return None if self.user is None else []

    @property
    def is_other(self) -> bool:
        return self.user is not None

    def own(self, folder: Path) -> None:
        """Makes the folder if need be, private and belonging to the account."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)

    def reaches(self, path: Path) -> bool:
        """Whether the account can get at the path. Asked of the kernel, which also knows ACLs and mount options."""
        if self.user is None:
            return True
        asked = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
            cwd="/",
            user=self.user,
            group=self.group,
            extra_groups=[],
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return asked.returncode == 0


MYSELF = Account()


def database_account(data: Path, uid: int | None = None) -> Account:
    """Who runs the embedded PostgreSQL whose data lies (or will lie) at `data`."""
    uid = os.geteuid() if uid is None else uid
    owner = data.stat().st_uid if data.exists() else None
    if uid != 0:
        if owner is not None and owner != uid:
            raise Problem(
                f"{data} belongs to another user ({_name(owner)}).",
                "Run as that user (or as root), or use another data folder: make run PEYVAND_VAR=…",
            )
        return MYSELF
    if owner:  # made earlier by an ordinary user: stay with that user
        return Account(owner, pwd.getpwuid(owner).pw_gid if _known(owner) else data.stat().st_gid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Problem(
            f"PostgreSQL does not run as root, and there is no user “{UNPRIVILEGED}” to hand it to.",
            "Run as an ordinary user, or name a PostgreSQL server of your own in DATABASE_URL.",
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _name(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name if _known(uid) else str(uid)
