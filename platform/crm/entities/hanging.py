"""Tags, files and notes, which hang on any record."""

from django.utils.translation import gettext_lazy as _

from crm.entities.shared import NOTES, PARTS, STAMPS
from kernel.registry import Entity, F, Section

tag = Entity(
    name="tag",
    plural="tags",
    model="crm.Tag",
    label=_("Tag"),
    label_plural=_("Tags"),
    icon="tag",
    fields=("name", "colour", *STAMPS),
    columns=("name", "colour"),
    owner="",
    sort="name",
    layout=(Section(_("Tag"), ("name", "colour")),),
    levels={**PARTS, "member": {"view": "all", "add": "all"}},
    empty_hint=_("A tag is a word you put on records to find them again together."),
)

tagging = Entity(
    name="tagging",
    plural="taggings",
    model="crm.Tagging",
    label=_("Tag on a record"),
    label_plural=_("Tags on records"),
    icon="tags",
    title="entity",
    fields=(F("tag", target="tag"), "entity", "record_id", *STAMPS),
    columns=("entity", "tag", "record_id"),
    owner="",
    match=(),
    hangs_on=("entity", "record_id"),
    prepare="crm.services.tags.prepare_tagging",
    levels=PARTS,
    pages=False,
    importable=False,
)

attachment = Entity(
    name="attachment",
    plural="attachments",
    model="crm.Attachment",
    label=_("File"),
    label_plural=_("Files"),
    icon="paperclip",
    fields=(
        "name", F("entity", readonly=True), F("record_id", readonly=True), F("content_type", readonly=True),
        F("size", readonly=True), F("purpose", readonly=True), *STAMPS,
    ),
    columns=("name", "entity", "content_type", "size", "created_at"),
    owner="",
    match=(),
    hangs_on=("entity", "record_id"),
    prepare="crm.services.files.prepare_attachment",
    levels=PARTS,
    pages=False,
    importable=False,
)  # fmt: skip

note = Entity(
    name="note",
    plural="notes",
    model="crm.Note",
    label=_("Note"),
    label_plural=_("Notes"),
    icon="notebook-pen",
    fields=(
        F("name", readonly=True), "text", "pinned", "entity", "record_id",
        F("created_by", target="user", readonly=True, label=_("Written by")), *STAMPS,
    ),
    columns=("name", "entity", "record_id", "pinned", "created_by", "created_at"),
    owner="",
    match=(),
    hangs_on=("entity", "record_id"),
    prepare="crm.services.notes.prepare_note",
    levels=NOTES,
    pages=False,
    importable=False,
)  # fmt: skip
