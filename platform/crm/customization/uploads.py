"""Files that are values of fields: taken in before the record is saved, given out to whoever may see the record."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel import files
from kernel.access import Actor, entity_for, get_record_for, may_add, require, require_open
from kernel.compound import token_of
from kernel.errors import Denied, Invalid, NotFound
from kernel.registry import UnknownName, registry
from kernel.values_text import clean_text

AREA = "fields"
MOST_MEGABYTES = 25
_MOST_NAME = 200


def take_file(file: Any, *, actor: Actor) -> dict[str, Any]:
    """Keep an upload; the answer's token is what a form or a program then gives as the field's value."""
    require_open()
    if not any(may_add(entity, actor) or actor.may(entity.permission("change")) for entity in registry.entities):
        raise Denied()
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid.one("file", "required", _("Send the file as the part “file” of a multipart body."))
    if (file.size or 0) > MOST_MEGABYTES * 1024 * 1024:
        message = format_lazy(_("The file is too large; at most {most} MB fit."), most=MOST_MEGABYTES)
        raise Invalid.one("file", "too_large", message)
    value = {
        "ref": files.save(AREA, file.chunks()), "name": _name(file.name), "size": file.size or 0,
        "type": (file.content_type or "application/octet-stream")[:100],
    }  # fmt: skip
    return {"token": token_of(value), "name": value["name"], "size": value["size"], "type": value["type"]}


def _name(given: str) -> str:
    name = clean_text(given.replace("/", "_").replace("\\", "_"), lines=False)
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= _MOST_NAME else f"{stem[: _MOST_NAME - 12]}{dot}{ending[:10]}"


def give_file(entity: str, pk: UUID | str, name: str, *, actor: Actor) -> FileResponse:
    """The file of one field of one record. Always as a download: no page of somebody's making runs on our host."""
    try:
        kind = entity_for(actor, entity)
    except UnknownName:
        raise NotFound() from None
    require(actor, kind.permission("view"))
    record = get_record_for(actor, kind, pk)
    field = kind.all_fields.get(name)
    value = getattr(record, field.column) if field is not None and field.kind == "file" else None
    if not value:
        raise NotFound()
    return FileResponse(files.open_file(value["ref"]), as_attachment=True, filename=value["name"])
