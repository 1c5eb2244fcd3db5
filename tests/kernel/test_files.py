"""Files of a workspace: written whole or not at all, listed, and swept when their time has come."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import files
from kernel.context import Tenant, tenant_context
from kernel.ids import uuid7


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path
    return tmp_path


def test_a_stream_that_breaks_off_leaves_nothing(tenant: Tenant, root: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        assert list(files.refs()) == []
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.save("imports", chunks())
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_what_a_killed_worker_left_goes_with_the_next(tenant: Tenant, root: Path) -> None:
    ref = f"archives/{uuid7()}"
    with files.write(ref) as target:
        target.write(b"whole")
    left = files.path_of(ref).with_name(f"{ref.partition('/')[2]}.0badcafe.part")
    left.write_bytes(b"half")
    with files.write(ref) as target:
        target.write(b"again")
    assert not left.exists()
    assert files.path_of(ref).read_bytes() == b"again"


def test_refs_are_of_this_workspace_and_of_files_alone(tenant: Tenant, other_tenant: Tenant, root: Path) -> None:
    with tenant_context(other_tenant):
        files.save("imports", [b"theirs"])
    ours = [files.save("imports", [b"a"]), files.save("archives", [b"b"])]
    (root / tenant.schema / "imports" / "notes.txt").write_bytes(b"x")
    assert sorted(files.refs()) == sorted(ours)
    assert list(files.refs(but=["archives"])) == ours[:1]


def test_the_sweep_takes_what_is_old_in_every_workspace(tenant: Tenant, other_tenant: Tenant, root: Path) -> None:
    def aged(area: str, days: float) -> str:
        ref = files.save(area, [b"x"])
        moment = time.time() - days * 86_400
        os.utime(files.path_of(ref), (moment, moment))
        return ref

    kept = [aged("archives", 6.9), aged("other", 400), aged("imports", 29)]
    aged("archives", 7.1)
    with tenant_context(other_tenant):
        aged("imports", 31)
    partial = root / tenant.schema / "other" / f"{uuid7()}.0badcafe.part"
    partial.write_bytes(b"x")
    os.utime(partial, (0, 0))
    assert files.sweep({"archives": 7, "imports": 30}) == 3
    assert sorted(files.refs()) == sorted(kept)
    with tenant_context(other_tenant):
        assert list(files.refs()) == []
