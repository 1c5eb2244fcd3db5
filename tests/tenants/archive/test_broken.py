"""A table of ways to break an archive: each is refused with its own sentence in both languages, and nothing is kept."""

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils.translation import override

from kernel import files
from kernel.access import Actor
from kernel.context import Tenant
from tenants.archive.checking import BadArchive, check_archive
from tenants.archive.manifest import Manifest
from tenants.archive.selectors import Archive
from tenants.archive.services import keep_upload

Body = bytes
Break = Callable[[Body], Body]


def members(body: Body) -> dict[str, bytes]:
    with ZipFile(BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes] | list[tuple[str, bytes]]) -> Body:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, content)
    return target.getvalue()


def changed(body: Body, **parts: bytes | None) -> Body:
    """The archive with some members replaced or taken out; `__` stands for "/" and "_dot_" for "."."""
    names = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return packed({name: c for name, c in {**members(body), **names}.items() if c is not None})


def resigned(body: Body, **values: Any) -> Body:
    """With another manifest that we did sign: what is refused then is refused for its own reason."""
    told = json.loads(members(body)["manifest.json"])
    del told["signature"]
    return changed(body, manifest_dot_json=replace(Manifest.read(told), **values).signed())


def edited(body: Body, **values: Any) -> Body:
    """With a manifest changed by hand."""
    told = json.loads(members(body)["manifest.json"]) | values
    return changed(body, manifest_dot_json=json.dumps(told).encode())


def flipped(body: Body) -> Body:
    """One bit of a table's packed bytes is another."""
    with ZipFile(BytesIO(body)) as archive:
        info = archive.getinfo("data/identity_user.csv")
    name, extra = struct.unpack("<HH", body[info.header_offset + 26 : info.header_offset + 30])
    at = info.header_offset + 30 + name + extra + info.compress_size // 2
    return body[:at] + bytes([body[at] ^ 0x10]) + body[at + 1 :]


def swapped_row(body: Body) -> Body:
    """Somebody makes themselves administrator, and keeps the size."""
    rows = members(body)["data/identity_user.csv"]
    return changed(body, data__identity_user_dot_csv=rows.replace(b"Sara", b"Zara"))


def encrypted(body: Body) -> Body:
    at = body.index(b"PK\x01\x02")
    return body[: at + 8] + bytes([body[at + 8] | 1]) + body[at + 9 :]


WAYS: dict[str, tuple[Break, str]] = {
    "empty": (lambda _b: b"", "not_a_zip"),
    "a text": (lambda _b: b"name,email\n", "not_a_zip"),
    "cut off": (lambda b: b[: len(b) * 2 // 3], "damaged"),
    "the head alone": (lambda b: b[:20], "damaged"),
    "another ZIP": (lambda _b: packed({"a.txt": b"a"}), "no_manifest"),
    "a manifest that is none": (lambda b: changed(b, manifest_dot_json=b"{"), "bad_manifest"),
    "a manifest of another kind": (lambda b: changed(b, manifest_dot_json=b"[1]"), "bad_manifest"),
    "a manifest nested without end": (lambda b: changed(b, manifest_dot_json=b"[" * 100_000), "bad_manifest"),
    "a format of later": (lambda b: edited(b, format=2), "format"),
    "no format": (lambda b: edited(b, format=None), "format"),
    "no signature": (lambda b: edited(b, signature=""), "signature"),
    "an owner changed by hand": (lambda b: edited(b, organization={"id": "x"}), "signature"),
    "a signature that is no text": (lambda b: edited(b, signature=["é"]), "signature"),
    "a table is missing": (lambda b: changed(b, data__crm_account_dot_csv=None), "missing_part"),
    "a file too many": (lambda b: changed(b, data__extra_dot_csv=b"x"), "extra_part"),
    "a table twice": (
        lambda b: packed([*members(b).items(), ("data/crm_account.csv", b"x")]), "extra_part",
    ),
    "a path that leads out": (lambda b: packed({**members(b), "../../evil": b"x"}), "unsafe_name"),
    "an absolute path": (lambda b: packed({**members(b), "/etc/passwd": b"x"}), "unsafe_name"),
    "a path of Windows": (lambda b: packed({**members(b), "files\\..\\evil": b"x"}), "unsafe_name"),
    "a drive": (lambda b: packed({**members(b), "C:evil": b"x"}), "unsafe_name"),
    "a shorter table": (lambda b: changed(b, data__identity_user_dot_csv=b"id\n"), "checksum"),
    "a row changed in place": (swapped_row, "checksum"),
    "a bit flipped": (flipped, "checksum"),
    "a password": (encrypted, "encrypted"),
    "a bomb": (lambda b: packed({**members(b), "data/zeros.csv": bytes(80 * 1024 * 1024)}), "bomb"),
    "migrations of later": (lambda b: resigned(b, migrations=[["crm", "9999_later"]]), "newer"),
    "an engine of somebody else": (lambda b: resigned(b, parts={"core": "x", "astrology": "y"}), "engine"),
}  # fmt: skip


@pytest.fixture
def good(live_tenant: Tenant, export: Callable[[], Archive]) -> Body:
    path = export().path
    assert path is not None
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_each_is_refused_for_its_own_reason(good: Body, admin: Actor, live_tenant: Tenant) -> None:
    wrong = {}
    said: dict[str, set[str]] = {"en": set(), "fa": set()}
    for name, (spoil, code) in WAYS.items():
        before = sorted(files.refs())
        problem = _refusal(spoil(good), admin)
        if problem is None or problem.code != code:
            wrong[name] = problem and problem.code
        elif sorted(files.refs()) != before:
            wrong[name] = "a file was kept"
        else:
            for language, sentences in said.items():
                with override(language):
                    sentences.add(str(problem.message).split(":")[0])
    assert wrong == {}
    codes = {code for _spoil, code in WAYS.values()}
    assert {language: len(sentences) for language, sentences in said.items()} == {"en": len(codes), "fa": len(codes)}
    assert all(not sentence.isascii() for sentence in said["fa"])


def _refusal(body: Body, admin: Actor) -> Any:
    try:
        with transaction.atomic():
            keep_upload(actor=admin, chunks=[body])
    except BadArchive as refused:
        return refused.problems["file"][0]
    return None


def test_the_good_one_is_taken(good: Body, tmp_path: Path) -> None:
    """Otherwise the table above would prove nothing; and untouched members survive being packed anew."""
    path = tmp_path / "a.zip"
    path.write_bytes(packed(members(good)))
    assert check_archive(path).organization["name"] == "Live"


def test_too_many_bytes(good: Body, admin: Actor) -> None:
    with override_settings(ARCHIVE_MAX_BYTES=1000):
        problem = _refusal(good, admin)
    assert problem.code == "too_large"
    assert list(files.refs(but=["archives"])) == []


def test_too_much_inside(good: Body, admin: Actor) -> None:
    with override_settings(ARCHIVE_MAX_UNPACKED=1000):
        assert _refusal(good, admin).code == "bomb"


def test_another_installation(good: Body, admin: Actor) -> None:
    """Refused, until the provider trusts its secret."""
    with override_settings(SECRET_KEY="of-another-house"):
        assert _refusal(good, admin).code == "signature"
        with override_settings(ARCHIVE_KEYS=["only-for-tests"]):
            assert _refusal(good, admin) is None
