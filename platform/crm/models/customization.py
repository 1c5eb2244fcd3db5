"""What an organization made itself: fields, entities, and the order in which forms show them.

Text for people is kept by language: {"fa": "بودجه", "en": "Budget"}.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.models import COLLATION, LIVE, PLACED, OwnedRecord, own_text_index, search_column, search_index
from kernel.text.db import MatchKey

#: What fields and entities of an organization's own are called: in addresses, in the API, and as keys of `extra`.
NAME = r"^x_[a-z0-9_]{1,46}$"


class Customization(models.Model):
    """One row: a stamp that changes with every definition, by which processes know that theirs are old."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField(default=uuid7)

    def __str__(self) -> str:
        return str(self.stamp)


class CustomObject(models.Model):
    """An entity of the organization's own; its records are `CustomRecord`s under its name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: Such as "x_project" and "x_projects"; never changed again.
    name = models.CharField(max_length=50)
    plural = models.CharField(max_length=50)
    label = models.JSONField(default=dict)
    label_plural = models.JSONField(default=dict)
    #: What a record's name is called here ("Project name").
    title_label = models.JSONField(default=dict)
    help = models.JSONField(default=dict)
    icon = models.CharField(max_length=40, default="box")
    #: Joins two entities: a record of it is one link, with fields of the link's own.
    is_link = models.BooleanField(default=False)
    #: The two relation fields of a link.
    ends = models.JSONField(default=list, db_default=[])
    in_navigation = models.BooleanField(default=True, db_default=True)
    levels = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True)
    #: Deleted for good: nobody sees it any more, and its name is free once its records are removed.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["name"], name="custom_object_name"),
            models.UniqueConstraint(fields=["plural"], name="custom_object_plural"),
            models.CheckConstraint(condition=Q(name__regex=NAME, plural__regex=NAME), name="custom_object_names"),
        )

    def __str__(self) -> str:
        return self.name


class CustomField(models.Model):
    """A field of the organization's own, on an entity of ours or of its own."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DEACTIVATED = "deactivated", _("Deactivated")
        #: Nobody sees it any more; its values are being removed, and its name is free once they are.
        DELETED = "deleted", _("Deleted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = models.CharField(max_length=60)
    #: Such as "x_budget"; never changed again.
    name = models.CharField(max_length=50)
    kind = models.CharField(max_length=20)
    label = models.JSONField(default=dict)
    help = models.JSONField(default=dict)
    required = models.BooleanField(default=False)
    unique = models.BooleanField(default=False)
    #: As the API writes the value; null for none.
    default = models.JSONField(null=True)
    #: By kind: choices, lowest, highest, places, max_length, target, pattern, formula, roll-up …
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    #: When the indexes that lists need were complete; null while they are being built.
    indexed_at = models.DateTimeField(null=True)
    #: Why they cannot be: "" or "duplicates".
    index_problem = models.CharField(max_length=20, default="", db_default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "name"], name="custom_field_name"),
            models.CheckConstraint(condition=Q(name__regex=NAME), name="custom_field_named"),
        )

    def __str__(self) -> str:
        return f"{self.entity}.{self.name}"


class CustomRelation(models.Model):
    """What is said of a relation field beyond the field: the list on the other side, and what a deletion there does."""

    class OnDelete(models.TextChoices):
        KEEP = "keep", _("Keep pointing to it")
        CLEAR = "clear", _("Empty the field")
        REFUSE = "refuse", _("Refuse the deletion")

    field = models.OneToOneField(CustomField, primary_key=True, on_delete=models.CASCADE, related_name="relation")
    #: What the list is called on the page of the record that is pointed to; nothing: what its records are called.
    label = models.JSONField(default=dict)
    listed = models.BooleanField(default=True)
    columns = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)
    on_delete = models.CharField(max_length=8, choices=OnDelete, default=OnDelete.KEEP)

    def __str__(self) -> str:
        return str(self.field)


class FieldCounter(models.Model):
    """The next number of an auto-number field. A row of its own, so that making records does not wait for edits of
    the definition."""

    field = models.OneToOneField(CustomField, primary_key=True, on_delete=models.CASCADE, related_name="counter")
    next = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.field}: {self.next}"


class EntityLayout(models.Model):
    """How this organization orders an entity's form and page."""

    entity = models.CharField(max_length=60, primary_key=True)
    #: [{"label": {"fa": …, "en": …}, "fields": ["name", "x_budget"]}]
    sections = models.JSONField(default=list)
    #: Columns of the list and facts of the header, where they differ from the engine's.
    columns = models.JSONField(default=list)
    glance = models.JSONField(default=list)
    #: The record page: {"order": blocks of the main column, "hidden": those left out, "figures": fields of the strip,
    #: "facts": fields of the header}; what is not said is as delivered.
    panels = models.JSONField(default=dict)
    #: What is said otherwise of our own fields: {"sector": {"label": {…}, "help": {…}, "required": true}}.
    fields = models.JSONField(default=dict, db_default={})
    #: Fields that no form asks for.
    hidden = models.JSONField(default=list, db_default=[])

    def __str__(self) -> str:
        return self.entity


class CustomRecord(OwnedRecord):
    """A record of an entity that the organization made itself."""

    object = models.CharField(max_length=50, editable=False)
    name = models.CharField(_("name"), max_length=300, blank=True, db_collation=COLLATION)
    #: What no two links of a kind share: the ids of both ends. Null for what is no link.
    pair = models.CharField(max_length=73, null=True, editable=False)  # noqa: DJ001 — empty texts would be equal
    search_text = search_column("name")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    class Meta(OwnedRecord.Meta):
        indexes = (
            search_index("custom_search"),
            own_text_index("custom_own_text"),
            models.Index(fields=["object", "name_key"], name="custom_key"),
            models.Index(fields=["object", "name", "id"], name="custom_name"),
            models.Index(fields=["object", "-created_at", "-id"], name="custom_created", condition=LIVE),
            models.Index(fields=["territory_id"], name="custom_territory", condition=PLACED),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["object", "pair"], name="custom_pair", condition=LIVE & Q(pair__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def entity_name(self) -> str:
        return self.object
