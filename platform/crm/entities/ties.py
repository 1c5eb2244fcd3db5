"""Relationships between any two customers, and the words for them."""

from django.utils.translation import gettext_lazy as _

from crm.entities.shared import PARTS, STAMPS, WORDS
from kernel.registry import Entity, F, Section

relationship_role = Entity(
    name="relationship_role",
    plural="relationship_roles",
    model="crm.RelationshipRole",
    label=_("Relationship role"),
    label_plural=_("Relationship roles"),
    icon="network",
    fields=(
        "name", "label_fa", "reverse_fa", "label_en", "reverse_en", "group", "from_kind", "to_kind", "is_active", "key",
    ),
    columns=("name", "group", "from_kind", "to_kind", "is_active"),
    owner="",
    sort="name",
    match=("name", "key"),
    layout=(
        Section(_("Words"), ("label_fa", "reverse_fa", "label_en", "reverse_en")),
        Section(_("Between whom"), ("from_kind", "to_kind", "group", "is_active")),
    ),
    prepare="crm.services.parts.prepare_term",
    levels=WORDS,
    empty_hint=_("What people and organizations can be to each other, in a word for either direction."),
)  # fmt: skip

relationship = Entity(
    name="relationship",
    plural="relationships",
    model="crm.Relationship",
    label=_("Relationship"),
    label_plural=_("Relationships"),
    icon="network",
    fields=(
        F("name", readonly=True), F("from_account", target="account"), F("from_contact", target="contact"),
        F("role", target="relationship_role"), F("to_account", target="account"), F("to_contact", target="contact"),
        "since", "until", "is_active", "note", *STAMPS,
    ),
    columns=("name", "role", "from_account", "from_contact", "to_account", "to_contact", "since", "is_active"),
    owner="",
    match=(),
    within=("from_account", "from_contact", "to_account", "to_contact"),
    layout=(
        Section(_("Who"), ("from_contact", "from_account")),
        Section(_("What to whom"), ("role", "to_account", "to_contact")),
        Section(_("When"), ("since", "until", "is_active", "note")),
    ),
    prepare="crm.services.ties.prepare_tie",
    levels=PARTS,
    make_from_import=False,
    empty_hint=_("Who is what to whom: decision maker, partner, supplier, spouse."),
)  # fmt: skip
