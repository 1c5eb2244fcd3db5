"""Files on records: taken in, looked at from their first bytes, shown as their pictures."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Attachment
from kernel import files
from kernel.access import Actor, denied, get_record_for, require_open
from kernel.errors import Invalid
from kernel.formats import digits
from kernel.records import create_record, update_record
from kernel.registry import Entity, registry

#: What a request brings; the stubs want to know of which bytes.
Upload: TypeAlias = "UploadedFile[Any]"
MEGABYTE: Final = 1024 * 1024
MOST: Final = 25
MOST_PICTURE: Final = 5

#: What a picture begins with. SVG is none: it can hold scripts.
_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)  # fmt: skip
_OTHERS: Final = (
    (b"%PDF-", "application/pdf"), (b"\x1f\x8b", "application/gzip"), (b"PK\x03\x04", "application/zip"),
    (b"{\\rtf", "application/rtf"),
)  # fmt: skip
_OFFICE: Final = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
#: What may stand in a page as a picture.
SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
#: Programs have no business beside a customer.
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa")


def sniff(head: bytes, name: str) -> str:
    """What a file is, by its first bytes; Office's own kinds are told apart from other archives by the name."""
    for magic, kind in _PICTURES:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for magic, kind in _OTHERS:
        if head.startswith(magic):
            return _OFFICE.get(PurePosixPath(name.lower()).suffix, kind) if kind == "application/zip" else kind
    return "text/plain" if _is_text(head) else "application/octet-stream"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # cut within its last letter
    return True


def prepare_attachment(attachment: Any, changed: set[str], actor: Actor) -> None:
    """Rows are made by uploading only; a name holds no path."""
    if not attachment.ref:
        raise Invalid.one("name", "upload", _("A file is added by uploading it to its record."))
    attachment.name = clean_name(attachment.name)


def clean_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(". ")
    return kept[-200:] or "file"


@transaction.atomic
def attach_file(
    entity: str | Entity, pk: UUID | str, upload: Upload, *, actor: Actor, purpose: str = Attachment.Purpose.FILE
) -> Any:
    """Keep a file with a record that the actor may change."""
    require_open()
    kind = registry.entity(entity)
    record = get_record_for(actor, kind, pk, "change")
    if not actor.may(registry.entity("attachment").permission("add")):
        raise denied()
    name, picture = clean_name(upload.name or ""), purpose == Attachment.Purpose.PICTURE
    head = upload.read(4096)
    upload.seek(0)
    content_type = sniff(head, name)
    _check(upload.size or 0, head, content_type, picture=picture)
    ref = files.save("attachments", _chunks(upload))
    try:
        return create_record("attachment", actor=actor, values={
            "entity": kind.name, "record_id": record.pk, "name": name, "content_type": content_type,
            "size": upload.size or 0, "purpose": purpose, "ref": ref,
        })  # fmt: skip
    except BaseException:
        files.delete(ref)  # no row, no file
        raise


def _chunks(upload: Upload) -> Iterator[bytes]:
    yield from upload.chunks()


def _check(size: int, head: bytes, content_type: str, *, picture: bool) -> None:
    most = MOST_PICTURE if picture else MOST
    if size > most * MEGABYTE:
        words = _("The file is larger than {most} MB. Make it smaller, or keep it elsewhere and write down where.")
        raise Invalid.one("file", "too_large", format_lazy(words, most=digits(most)))
    if not head:
        raise Invalid.one("file", "empty", _("The file is empty. Choose another."))
    if picture and not content_type.startswith("image/"):
        raise Invalid.one("file", "no_picture", _("Choose a picture: PNG, JPEG, WebP or GIF."))
    if head.startswith(_PROGRAMS):
        raise Invalid.one("file", "program", _("Programs are not kept here. Choose a document or a picture."))


@transaction.atomic
def set_picture(entity: str | Entity, pk: UUID | str, upload: "Upload | None", *, actor: Actor) -> Any:
    """Give a customer a photo or logo, or take it away; the one before is kept for undo."""
    kind = registry.entity(entity)
    record = get_record_for(actor, kind, pk, "change")
    shown = None
    if upload is not None:
        shown = attach_file(kind, pk, upload, actor=actor, purpose=Attachment.Purpose.PICTURE).pk
    return update_record(kind, record.pk, actor=actor, values={"picture_id": shown})


def give_file(pk: UUID, *, actor: Actor, show: bool = False) -> FileResponse:
    """A file of a record that the actor may see: a download, or with `show` a picture that stands in a page.

    What comes from outside is never shown as a page of ours, whatever it says it is.
    """
    row = get_record_for(actor, "attachment", pk)
    shown = show and row.content_type in SHOWN
    response = FileResponse(
        files.open_file(row.ref), content_type=row.content_type if shown else "application/octet-stream"
    )
    how = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(row.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600" if shown else "private, no-store"
    return response
