"""What hangs on any record, by its entity's name and its id: tags, files and notes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.choices import Colour
from kernel.models import COLLATION, LIVE, Record


class Tag(Record):
    """A word with a colour, put on records."""

    name = models.CharField(_("name"), max_length=60, db_collation=COLLATION)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.GREY, db_default=Colour.GREY)

    class Meta(Record.Meta):
        constraints = (models.UniqueConstraint(fields=["name"], name="tag_once", condition=LIVE),)

    def __str__(self) -> str:
        return self.name


class Tagging(Record):
    """One tag on one record."""

    tag = models.ForeignKey(
        Tag, verbose_name=_("tag"), on_delete=models.CASCADE, related_name="taggings", db_index=False
    )
    entity = models.CharField(_("kind of record"), max_length=60)
    record_id = models.UUIDField(_("record"))

    class Meta(Record.Meta):
        constraints = (
            models.UniqueConstraint(fields=["entity", "tag", "record_id"], name="tagging_once", condition=LIVE),
        )
        indexes = (models.Index(fields=["entity", "record_id"], name="tagging_record", condition=LIVE),)

    def __str__(self) -> str:
        return self.entity


class Attachment(Record):
    """A file on a record. What it is was found out from its first bytes, not from its name."""

    class Purpose(models.TextChoices):
        FILE = "file", _("File")
        PICTURE = "picture", _("Photo or logo")

    entity = models.CharField(_("kind of record"), max_length=60)
    record_id = models.UUIDField(_("record"))
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.BigIntegerField(_("size"), default=0, db_default=0)
    purpose = models.CharField(
        _("purpose"), max_length=8, choices=Purpose, default=Purpose.FILE, db_default=Purpose.FILE
    )
    #: Where it lies: see kernel.files.
    ref = models.CharField(max_length=80, editable=False)

    class Meta(Record.Meta):
        indexes = (models.Index(fields=["entity", "record_id"], name="attachment_record", condition=LIVE),)

    def __str__(self) -> str:
        return self.name


#: As many letters as a note may have.
NOTE_LETTERS = 20_000


class Note(Record):
    """What somebody wrote down about a record, in their own words."""

    entity = models.CharField(_("kind of record"), max_length=60)
    record_id = models.UUIDField(_("record"))
    #: Its first line: what the audit and toasts call it.
    name = models.CharField(_("first line"), max_length=120, blank=True, editable=False)
    text = models.TextField(_("text"), max_length=NOTE_LETTERS)
    pinned = models.BooleanField(_("pinned"), default=False, db_default=False)

    class Meta(Record.Meta):
        indexes = (
            # A record's notes, newest first: ids are made in the order of time.
            models.Index(fields=["entity", "record_id", "-id"], name="note_record", condition=LIVE),
            models.Index(fields=["-created_at", "-id"], name="note_created", condition=LIVE),
        )

    def __str__(self) -> str:
        return self.name
