"""The customer base: accounts and contacts. Always on; every engine stands on it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.registry import Entity, F, Listed, Module, NavItem, Permission, Section, SettingsPage

EVERYONE = {
    "manager": dict.fromkeys(("view", "add", "change", "delete", "import", "export"), "all"),
    "member": {"view": "all", "add": "all", "change": "team_below", "delete": "own"},
    "reader": {"view": "all"},
}

account = Entity(
    name="account",
    plural="accounts",
    model="crm.Account",
    label=_("Account"),
    label_plural=_("Accounts"),
    icon="building-2",
    fields=(
        "name", "owner", F("parent", target="account"), "sector", F("phone", kind="phone"), "email", "website",
        F("national_id", kind="legal_id"), "country", "city", "address", "employees", "revenue",
        "year_established", "description", F("created_at", readonly=True), F("updated_at", readonly=True),
    ),
    columns=("name", "sector", "city", "phone", "owner", "employees", "revenue"),
    match=("name", "national_id", "email", "phone"),
    filters=(
        "name", "owner", "sector", "country", "city", "parent", "phone", "email", "employees", "revenue",
        "year_established", "created_at", "updated_at",
    ),
    sort="name",
    glance=("sector", "city", "phone", "website", "email", "owner"),
    layout=(
        Section(_("Who they are"), ("name", "parent", "sector", "owner")),
        Section(_("How to reach them"), ("phone", "email", "website", "country", "city", "address")),
        Section(_("Figures"), ("employees", "revenue", "year_established", "national_id")),
        Section(_("Notes"), ("description",)),
    ),
    listed_by=(Listed("parent", ("name", "city")),),
    levels=EVERYONE,
    search_fields=("name", "phone", "email", "website", "national_id"),
    empty_hint=_("An account is an organization you sell to or work with."),
)  # fmt: skip

contact = Entity(
    name="contact",
    plural="contacts",
    model="crm.Contact",
    label=pgettext_lazy("person", "Contact"),
    label_plural=pgettext_lazy("people", "Contacts"),
    icon="users",
    fields=(
        "name", "first_name", "last_name", "owner", F("account", target="account"), "job_title",
        "email", F("phone", kind="phone"), F("mobile", kind="phone"), "city", "birthday", "preferred_channel",
        "description", F("created_at", readonly=True), F("updated_at", readonly=True),
    ),
    columns=("name", "account", "job_title", "mobile", "email", "owner"),
    match=("email", "mobile", "phone", "name"),
    filters=(
        "name", "owner", "account", "job_title", "email", "phone", "mobile", "city", "birthday", "preferred_channel",
        "created_at", "updated_at",
    ),
    sort="name",
    glance=("job_title", "account", "mobile", "phone", "email", "owner"),
    layout=(
        Section(_("Who they are"), ("first_name", "last_name", "account", "job_title", "owner")),
        Section(_("How to reach them"), ("mobile", "phone", "email", "preferred_channel", "city")),
        Section(_("More"), ("birthday", "description")),
    ),
    prepare="crm.services.contacts.prepare_contact",
    listed_by=(Listed("account", ("name", "job_title", "phone", "email")),),
    levels=EVERYONE,
    search_fields=("name", "email", "phone", "mobile", "account"),
    empty_hint=_("A contact is a person, usually at one of your accounts."),
)  # fmt: skip

manifest = Module(
    name="crm",
    app="crm",
    label=_("Customer base"),
    tagline=_("Accounts, contacts, their history, import and search"),
    icon="users",
    always_on=True,
    entities=(account, contact),
    nav=(
        NavItem(_("My day"), "crm:home", "sun", key="h"),
        NavItem(pgettext_lazy("navigation", "Accounts"), "crm:account_list", "building-2", "crm.account.view", key="a"),
        NavItem(contact.label_plural, "crm:contact_list", "users", "crm.contact.view", key="p"),
        NavItem(_("Import"), "crm:import_list", "file-up", "crm.account.import", key="i"),
    ),
    permissions=(
        Permission("crm.customization.manage", _("Fields, entities and forms")),
        Permission("crm.audit.view", _("Look into the audit, and check it"), holds="closed"),
        Permission("crm.audit.export", _("Take the audit away as a file"), holds="closed"),
    ),
    settings_pages=(
        SettingsPage(_("Fields and forms"), "crm:customization", "organization", "crm.customization.manage"),
        SettingsPage(_("Objects and relations"), "crm:objects", "organization", "crm.customization.manage"),
        SettingsPage(_("Audit"), "crm:audit", "data", "crm.audit.view"),
    ),
    urls="crm.urls",
    api_urls="crm.api_urls",
    publishes=(
        "crm.field_defined",
        "crm.field_changed",
        "crm.field_deactivated",
        "crm.field_restored",
        "crm.field_deleted",
        "crm.field_converted",
        "crm.layout_changed",
        "crm.object_defined",
        "crm.object_changed",
        "crm.object_deactivated",
        "crm.object_restored",
        "crm.object_deleted",
        "crm.relation_changed",
    ),
    hears={"tenants.workspace_restored": "crm.customization.jobs.hear_restored"},
    jobs={
        "crm.search_words": "kernel.search.gathering.gather_words",
        "crm.import": "crm.imports.run.run_import",
        "crm.import_preview": "crm.imports.preview.run_preview",
        "crm.derive": "kernel.derived.refilling.run_refill",
        "crm.derive_nightly": "kernel.derived.refilling.run_nightly",
        "crm.audit_check": "crm.audit.check.run_check",
        "crm.field_index": "crm.customization.indexes.run_index",
        "crm.field_purge": "crm.customization.jobs.run_purge",
        "crm.field_number": "crm.customization.jobs.run_number",
        "crm.object_purge": "crm.customization.object_jobs.run_purge",
        "crm.field_convert": "crm.customization.converting.run_convert",
    },
    reading_jobs=frozenset({"crm.audit_check"}),
)
