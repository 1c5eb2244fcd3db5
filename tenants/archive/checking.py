"""Whether a file is an archive of ours, whole and unchanged. Nothing of it is unpacked before that is known."""

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.errors import Invalid, Problem, Text
from tenants.archive.manifest import FORMAT, NAME, README, Manifest, is_ours

_BLOCK: Final = 256 * 1024
_LARGEST_MANIFEST: Final = 256 * 1024 * 1024
_MOST_MEMBERS: Final = 2_000_000
#: Below this size nobody minds how well something packs; above, no honest table packs better than the ratio.
_SMALL, _MOST_RATIO = 64 * 1024 * 1024, 250
UNREADABLE = (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError, zlib.error)


class BadArchive(Invalid):
    """Refused, with the one reason that tells people most."""

    def __init__(self, code: str, message: Any, **told: Any) -> None:
        said: Text = format_lazy(message, **told) if told else message
        super().__init__({"file": [Problem(code, said)]})


DAMAGED: Final = _("The file is damaged, or was cut off on its way. Download the archive again.")


def check_archive(path: Path, *, contents: bool = True) -> Manifest:
    """The manifest of a good archive; BadArchive for any other. `contents`: also read all of it and compare."""
    with opened(path) as archive:
        _check_names(archive.infolist())
        manifest = _manifest(archive)
        _check_members(archive, manifest)
        if contents:
            for part in manifest.members:
                if _digest(archive, part.file) != part.sha256:
                    raise damaged_part(part.file)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    with path.open("rb") as raw:
        begins = raw.read(4)
        if begins[:2] != b"PK":
            raise BadArchive(
                "not_a_zip", _("This is no archive. Choose the ZIP file that was downloaded from this page.")
            )
        try:
            archive = ZipFile(raw)
        except UNREADABLE:
            raise BadArchive("damaged", DAMAGED) from None
        with archive:
            yield archive


def damaged_part(name: str) -> BadArchive:
    message = _("A part of the archive is damaged: {name}. Download the archive again.")
    return BadArchive("checksum", message, name=name)


def _check_names(members: list[ZipInfo]) -> None:
    """Before a byte is unpacked."""
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if (
        len(members) > _MOST_MEMBERS
        or unpacked > settings.ARCHIVE_MAX_UNPACKED
        or unpacked > max(_SMALL, packed * _MOST_RATIO)
    ):
        raise BadArchive("bomb", _("The file unpacks to far more than an archive may. It was not opened."))
    for member in members:
        name = member.orig_filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or "\x00" in name:
            raise BadArchive("unsafe_name", _("The file names places outside of itself, as no archive of ours does."))
        if member.flag_bits & 1:
            raise BadArchive("encrypted", _("The file has a password. Upload the archive as it was downloaded."))


def _manifest(archive: ZipFile) -> Manifest:
    try:
        info = archive.getinfo(NAME)
    except KeyError:
        message = _("This ZIP holds no manifest.json, so it is no archive of a workspace.")
        raise BadArchive("no_manifest", message) from None
    if info.file_size > _LARGEST_MANIFEST:
        raise BadArchive("bomb", _("The file unpacks to far more than an archive may. It was not opened."))
    unreadable = BadArchive(
        "bad_manifest", _("The archive's manifest.json cannot be read. Download the archive again.")
    )
    try:
        body = json.loads(archive.read(NAME))
    except (ValueError, RecursionError, *UNREADABLE):
        raise unreadable from None
    if not isinstance(body, dict):
        raise unreadable
    if body.get("format") != FORMAT:
        raise BadArchive("format", _("The archive has a format that this version of Peyvand does not read."))
    if not is_ours(body):
        message = _(
            "The archive was changed after it was made, or comes from an installation that is not trusted here."
        )
        raise BadArchive("signature", message)
    try:
        return Manifest.read(body)
    except (KeyError, TypeError):
        raise unreadable from None


def _check_members(archive: ZipFile, manifest: Manifest) -> None:
    wanted = {part.file for part in manifest.members} | {NAME, README}
    found = Counter(archive.namelist())
    if missing := sorted(wanted - found.keys()):
        raise BadArchive("missing_part", _("A part of the archive is missing: {name}."), name=missing[0])
    if extra := sorted(name for name, times in found.items() if name not in wanted or times > 1):
        raise BadArchive(
            "extra_part", _("The archive holds something that does not belong in it: {name}."), name=extra[0]
        )
    for part in manifest.members:
        if archive.getinfo(part.file).file_size != part.size:
            raise damaged_part(part.file)


def _digest(archive: ZipFile, name: str) -> str:
    found = hashlib.sha256()
    try:
        with archive.open(name) as member:
            while block := member.read(_BLOCK):
                found.update(block)
    except UNREADABLE:
        raise damaged_part(name) from None
    return found.hexdigest()
