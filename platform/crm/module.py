"""The customer base: accounts, contacts and what belongs to them. Always on; every engine stands on it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.entities.hanging import attachment, note, tag, tagging
from crm.entities.parts import address, contact_point, holding, life_event, life_event_kind
from crm.entities.people import account, contact
from crm.entities.ties import relationship, relationship_role
from kernel.registry import Module, NavItem, Permission, SettingsPage

manifest = Module(
    name="crm",
    app="crm",
    label=_("Customer base"),
    tagline=_("Accounts, contacts, their history, import and search"),
    icon="users",
    always_on=True,
    entities=(
        account, contact, contact_point, address, relationship_role, relationship, life_event_kind, life_event, holding,
        tag, tagging, attachment, note,
    ),
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
        SettingsPage(tag.label_plural, "crm:tag_list", "data", "crm.tag.change"),
        SettingsPage(
            relationship_role.label_plural, "crm:relationship_role_list", "data", "crm.relationship_role.change"
        ),
        SettingsPage(life_event_kind.label_plural, "crm:life_event_kind_list", "data", "crm.life_event_kind.change"),
    ),
    urls="crm.urls",
    api_urls="crm.api_urls",
    publishes=(
        "crm.life_event_came", "crm.field_defined", "crm.field_changed", "crm.field_deactivated", "crm.field_restored",
        "crm.field_deleted", "crm.field_converted", "crm.layout_changed", "crm.object_defined", "crm.object_changed",
        "crm.object_deactivated", "crm.object_restored", "crm.object_deleted", "crm.relation_changed",
    ),
    hears={"tenants.workspace_restored": "crm.customization.jobs.hear_restored"},
    jobs={
        "crm.bulk_edit": "crm.pages.bulk_job.run_bulk_edit",
        "crm.bulk_delete": "crm.pages.bulk_job.run_bulk_delete",
        "crm.bulk_tag": "crm.pages.bulk_job.run_bulk_tagging",
        "crm.bulk_undo": "crm.pages.bulk_job.run_bulk_undo",
        "crm.list_export": "crm.pages.export_job.run_export",
        "crm.search_words": "kernel.search.gathering.gather_words",
        "crm.import": "crm.imports.run.run_import",
        "crm.import_preview": "crm.imports.preview.run_preview",
        "crm.life_events": "crm.services.life_events.run_announcing",
        "crm.derive": "kernel.derived.refilling.run_refill",
        "crm.derive_nightly": "kernel.derived.refilling.run_nightly",
        "crm.audit_check": "crm.audit.check.run_check",
        "crm.audit_export": "crm.audit.export_job.run_export",
        "crm.field_index": "crm.customization.indexes.run_index",
        "crm.field_purge": "crm.customization.jobs.run_purge",
        "crm.field_number": "crm.customization.jobs.run_number",
        "crm.object_purge": "crm.customization.object_jobs.run_purge",
        "crm.field_convert": "crm.customization.converting.run_convert",
    },
    reading_jobs=frozenset({"crm.audit_check", "crm.audit_export"}),
    on_enable="crm.services.words.make_words",
    on_demo="crm.demo.fill_demo",
)  # fmt: skip
