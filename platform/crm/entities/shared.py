"""Levels and fields that several entities share."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.registry import F
from kernel.registry.fields import Field

_ALL: Final = ("view", "add", "change", "delete", "import", "export")
EVERYONE: Final = {
    "manager": dict.fromkeys(_ALL, "all"),
    "member": {"view": "all", "add": "all", "change": "team", "delete": "own"},
    "reader": {"view": "all"},
}
#: Of what belongs to a record, the record's own levels decide; these only say what a role may do at all.
PARTS: Final = {
    "manager": dict.fromkeys(_ALL, "all"),
    "member": {"view": "all", "add": "all", "change": "all", "delete": "all"},
    "reader": {"view": "all"},
}
#: Of what is in somebody's own words: nobody rewrites another's, and who leads may take it away.
NOTES: Final = {
    "manager": {**dict.fromkeys(_ALL, "all"), "change": "own"},
    "member": {"view": "all", "add": "all", "change": "own", "delete": "own"},
    "reader": {"view": "all"},
}
#: Words that all use and few choose.
WORDS: Final = {"manager": dict.fromkeys(_ALL, "all"), "member": {"view": "all"}, "reader": {"view": "all"}}

STAMPS: Final = (F("created_at", readonly=True), F("updated_at", readonly=True))

#: What every record with tags has beside its own fields: a filter, and a list of the tags it wears.
TAGS: Final = Field(
    name="tags", kind="relation", label=_("Tags"), target="tag", readonly=True, in_list=False,
    asks="crm.selectors.tags.condition", reads="crm.selectors.tags.told", cleans="crm.services.tag_sets.clean_tags",
    sets="crm.services.tag_sets.set_tags",
)  # fmt: skip
