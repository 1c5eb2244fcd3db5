"""Files in a bucket: what it holds counts, whatever copies a host has."""

import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kernel import bucket as buckets
from kernel import files
from kernel.bucket import Bucket
from kernel.context import Tenant, tenant_context
from kernel.errors import NotFound
from kernel.ids import uuid7
from tests.factories.buckets import own_bucket

EIGHT_DAYS = 8 * 86_400


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def bucket(settings: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with own_bucket(settings, monkeypatch) as made:
        yield made


def keys(bucket: Bucket) -> list[str]:
    return [key for key, _written in bucket.listed()]


def test_another_host_reads_what_this_one_wrote(tenant: Tenant, root: Path, bucket: Bucket) -> None:
    ref = files.save("imports", [b"name\n", b"x\n"])
    assert keys(bucket) == [f"{tenant.schema}/{ref}"]
    shutil.rmtree(root)  # the other host has no copy yet
    assert files.path_of(ref).read_bytes() == b"name\nx\n"
    with files.open_file(ref) as source:
        assert source.read() == b"name\nx\n"
    assert list(files.refs()) == [ref]


def test_what_breaks_off_is_nowhere(tenant: Tenant, root: Path, bucket: Bucket) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.save("imports", chunks())
    assert keys(bucket) == []
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_copy_of_what_was_deleted_elsewhere_is_not_served(tenant: Tenant, bucket: Bucket) -> None:
    ref = files.save("imports", [b"x"])
    copy = files.path_of(ref)
    bucket.delete([f"{tenant.schema}/{ref}"])  # another host did
    with pytest.raises(NotFound):
        files.path_of(ref)
    assert not copy.exists()


def test_a_file_is_found_by_its_own_workspace_only(tenant: Tenant, other_tenant: Tenant, bucket: Bucket) -> None:
    ref = files.save("imports", [b"ours"])
    with tenant_context(other_tenant):
        with pytest.raises(NotFound):
            files.path_of(ref)
        files.delete(ref)
        assert list(files.refs()) == []
    assert files.path_of(ref).read_bytes() == b"ours"
    with pytest.raises(NotFound):
        files.path_of(f"imports/../../{tenant.schema}/{ref}")


def test_deleting_takes_both(tenant: Tenant, bucket: Bucket) -> None:
    ref = files.save("imports", [b"x"])
    path = files.path_of(ref)
    files.delete(ref)
    assert (keys(bucket), path.exists()) == ([], False)
    files.delete(ref)


def test_everything_of_a_workspace_goes_and_nothing_of_others(
    tenant: Tenant, other_tenant: Tenant, root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "_MANY", 2)
    for _n in range(5):
        files.save("imports", [b"x"])
    with tenant_context(other_tenant):
        theirs = files.save("imports", [b"theirs"])
    assert files.folders() == {tenant.schema, other_tenant.schema}
    files.delete_all(tenant.schema)
    assert keys(bucket) == [f"{other_tenant.schema}/{theirs}"]
    assert files.folders() == {other_tenant.schema}


def test_an_area_is_carried_over_to_another_schema(tenant: Tenant, other_tenant: Tenant, bucket: Bucket) -> None:
    ref = files.save("archives", [b"archive"])
    files.save("imports", [b"not this"])
    files.carry("archives", tenant.schema, other_tenant.schema)
    with tenant_context(other_tenant):
        assert list(files.refs()) == [ref]
        assert files.path_of(ref).read_bytes() == b"archive"


def test_the_sweep_goes_by_the_buckets_time(
    tenant: Tenant, root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, kept = files.save("archives", [b"x"]), files.save("imports", [b"x"])
    assert files.sweep({"archives": 7, "imports": 30}) == 0
    later = time.time() + EIGHT_DAYS
    monkeypatch.setattr(time, "time", lambda: later)
    assert files.sweep({"archives": 7, "imports": 30}) == 1
    assert keys(bucket) == [f"{tenant.schema}/{kept}"]
    assert old not in list(files.refs())
    # Copies to work with are gone, and come again when they are asked for.
    assert [path for path in root.rglob("*") if path.is_file()] == []
    monkeypatch.undo()


def test_a_file_larger_than_one_part_comes_back_whole(tenant: Tenant, root: Path) -> None:
    piece = bytes(range(256)) * 4096
    ref = files.save("imports", [piece] * 18)  # 18 MB: boto3 sends it in parts of 8
    shutil.rmtree(root)
    assert files.path_of(ref).read_bytes() == piece * 18


@pytest.mark.parametrize("url", ["https://bucket", "s3://", "s3://bucket?endpont=https://s3.example"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="PEYVAND_FILES_URL"):
        Bucket(url)


def test_times_of_keys_know_their_zone(tenant: Tenant, bucket: Bucket) -> None:
    files.save("imports", [uuid7().bytes])
    ((_key, written),) = bucket.listed()
    assert isinstance(written, datetime)
    assert written.tzinfo is not None
