"""What an XLSX may unpack to, asked before anything is unpacked. zipfile never reads past the sizes stated here."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # the package has no types
from django.utils.translation import gettext_lazy as _

from crm.imports.reader.sniff import not_a_table
from crm.imports.reader.table import BadFile, Limits

_SMALL = 4 * 1024 * 1024
_OTHERS = (
    ("word/", "Word"), ("ppt/", "PowerPoint"), ("xl/workbook.bin", "XLSB"), ("content.xml", "OpenDocument"),
    ("AndroidManifest.xml", "APK"), ("META-INF/", "JAR"),
)  # fmt: skip


def damaged() -> BadFile:
    return BadFile("damaged", _("The file is damaged and cannot be opened. Save it again as .xlsx, or as CSV."))


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse what is no XLSX, and what unpacks to more than any honest table."""
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            kept = _kept_in_memory(archive, limits)
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, ZlibError, ParseError):
        raise damaged() from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise not_a_table(next((kind for start, kind in _OTHERS if any(n.startswith(start) for n in names)), "ZIP"))
    if not any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        raise not_a_table(next((kind for start, kind in _OTHERS if any(n.startswith(start) for n in names)), "ZIP"))
    if len(entries) > limits.max_zip_entries or sum(e.file_size for e in entries) > limits.max_unzipped:
        raise _bomb()
    if any(_swells(entry, limits) for entry in entries):
        raise _bomb()
    for entry in entries:
        if entry.flag_bits & 1:
            raise BadFile("old_excel", _("The file has a password. Remove it, and save the file again."))
        if entry.file_size > kept.get(entry.filename, limits.max_unzipped):
            raise BadFile(
                "too_large", _("The file holds too much text or too many styles for an .xlsx. Save it as CSV.")
            )


def _kept_in_memory(archive: ZipFile, limits: Limits) -> dict[str, int]:
    """Parts that are read whole, with their limits: found as openpyxl finds them, by type and not by name."""
    try:
        manifest = archive.getinfo("[Content_Types].xml")
    except KeyError:
        return {}
    if manifest.file_size > _SMALL:
        raise _bomb()
    most = {"sharedStrings+xml": limits.max_shared_strings, "styles+xml": limits.max_styles}
    found = {"xl/sharedStrings.xml": limits.max_shared_strings, "xl/styles.xml": limits.max_styles}
    for part in fromstring(archive.read(manifest)):
        kind = part.get("ContentType", "").rpartition(".")[2]
        if kind in most:
            found[part.get("PartName", "").lstrip("/")] = most[kind]
    return found


def _swells(entry: ZipInfo, limits: Limits) -> bool:
    return entry.file_size > _SMALL and entry.file_size > limits.max_ratio * max(entry.compress_size, 1)


def _bomb() -> BadFile:
    return BadFile(
        "zip_bomb", _("The file unpacks to far more than its size, so it was not opened. Save the table as CSV.")
    )
