"""What belongs to an account or a contact."""

from django.utils.translation import gettext_lazy as _

from crm.entities.shared import PARTS, STAMPS, WORDS
from kernel.places import countries
from kernel.registry import Entity, F, Section

_ENDS = (F("account", target="account"), F("contact", target="contact"))
_WITHIN = ("account", "contact")

contact_point = Entity(
    name="contact_point",
    plural="contact_points",
    model="crm.ContactPoint",
    label=_("Way to reach"),
    label_plural=_("Ways to reach"),
    icon="at-sign",
    title="value",
    fields=("value", "kind", "label", *_ENDS, "is_primary", "note", *STAMPS),
    columns=("value", "kind", "label", "account", "contact", "is_primary"),
    owner="",
    match=("value",),
    within=_WITHIN,
    layout=(Section(_("Way to reach"), ("kind", "value", "label", "is_primary", "account", "contact", "note")),),
    prepare="crm.services.parts.prepare_point",
    after="crm.services.points.after_points",
    closed_by="crm.services.points.readable",
    levels=PARTS,
    make_from_import=False,
    empty_hint=_("Every e-mail address, number and page by which you reach an account or a contact."),
)

address = Entity(
    name="address",
    plural="addresses",
    model="crm.Address",
    label=_("Address"),
    label_plural=_("Addresses"),
    icon="map-pin",
    title="street",
    fields=(
        "street",
        "label",
        *_ENDS,
        "city",
        "province",
        "region",
        F("postal_code", kind="text"),
        F("country", kind="choice", choices=countries()),
        "is_primary",
        *STAMPS,
    ),
    columns=("street", "label", "city", "province", "country", "account", "contact", "is_primary"),
    owner="",
    match=("street",),
    within=_WITHIN,
    layout=(
        Section(
            _("Address"),
            (
                "label",
                "street",
                "city",
                "province",
                "region",
                "postal_code",
                "country",
                "is_primary",
                "account",
                "contact",
            ),
        ),
    ),
    prepare="crm.services.parts.prepare_address",
    after="crm.services.addresses.after_addresses",
    closed_by="crm.services.points.readable_addresses",
    levels=PARTS,
    make_from_import=False,
    empty_hint=_("Where accounts and contacts are: head office, plant, home, where to send invoices."),
)

life_event_kind = Entity(
    name="life_event_kind",
    plural="life_event_kinds",
    model="crm.LifeEventKind",
    label=_("Kind of life event"),
    label_plural=_("Kinds of life events"),
    icon="sparkles",
    fields=("name", "label_fa", "label_en", "yearly", "is_active", "key"),
    columns=("name", "yearly", "is_active"),
    owner="",
    sort="name",
    match=("name", "key"),
    layout=(Section(_("Kind of life event"), ("label_fa", "label_en", "yearly", "is_active")),),
    prepare="crm.services.parts.prepare_term",
    levels=WORDS,
    empty_hint=_("What may happen in a customer’s life: a move, a wedding, a new branch."),
)

life_event = Entity(
    name="life_event",
    plural="life_events",
    model="crm.LifeEvent",
    label=_("Life event"),
    label_plural=_("Life events"),
    icon="sparkles",
    fields=(
        "name", F("kind", target="life_event_kind"), "on", "yearly", *_ENDS, "note", F("next_on", readonly=True),
        *STAMPS,
    ),
    columns=("name", "kind", "on", "yearly", "next_on", "account", "contact"),
    owner="",
    sort="-on",
    match=("name",),
    within=_WITHIN,
    layout=(Section(_("Life event"), ("kind", "on", "yearly", "name", "note", "account", "contact")),),
    prepare="crm.services.life_events.prepare_event",
    after="crm.services.life_events.after_events",
    levels=PARTS,
    make_from_import=False,
    empty_hint=_("A date in a customer’s life that work may follow from."),
)  # fmt: skip

holding = Entity(
    name="holding",
    plural="holdings",
    model="crm.Holding",
    label=_("Product held"),
    label_plural=_("Products held"),
    icon="package-check",
    fields=(
        "name", F("product_ref", in_list=False), "quantity", "serial", "state", "since", "until", *_ENDS, "note",
        *STAMPS,
    ),
    columns=("name", "account", "contact", "quantity", "serial", "state", "since", "until"),
    owner="",
    match=("serial", "name"),
    within=_WITHIN,
    layout=(
        Section(
            _("Product held"), ("name", "quantity", "serial", "state", "since", "until", "note", "account", "contact")
        ),
    ),
    prepare="crm.services.parts.prepare_holding",
    after="crm.services.holdings.after_holdings",
    levels=PARTS,
    make_from_import=False,
    empty_hint=_("What a customer has: products, services and contracts, yours or another’s."),
)  # fmt: skip
