"""The workspace itself: its name, its habits, its engines. Always on."""

from django.utils.translation import gettext_lazy as _

from kernel.registry import Module, Permission, SettingsPage

manifest = Module(
    name="tenants",
    app="tenants",
    label=_("Workspace"),
    tagline=_("Organization, engines and the workspace's habits"),
    icon="building",
    always_on=True,
    permissions=(
        Permission("tenants.organization.change", _("Change the organization's settings")),
        Permission("tenants.organization.close", _("Close the workspace, and take that back"), holds="closed"),
        Permission("tenants.engine.switch", _("Switch engines on and off")),
        Permission("tenants.data.export", _("Download all data of the workspace"), holds="closed"),
        Permission("tenants.audit.keep", _("Decide how long the audit is kept, and whose pages it watches")),
        Permission("tenants.data.restore", _("Restore the workspace from an archive")),
    ),
    settings_pages=(
        SettingsPage(_("Organization"), "tenants:organization", "organization", "tenants.organization.change"),
        SettingsPage(_("Engines"), "tenants:engines", "engines", "tenants.engine.switch"),
        SettingsPage(_("Your data"), "tenants:data", "data", "tenants.data.export"),
        SettingsPage(_("Close the workspace"), "tenants:closing", "data", "tenants.organization.close"),
    ),
    urls="tenants.urls_workspace",
    api_urls="tenants.urls_api",
    #: An archive can be taken away from a workspace that is closed, too.
    reading_jobs=frozenset({"tenants.export"}),
    jobs={
        "tenants.export": "tenants.archive.exporting.run_export",
        "tenants.restore": "tenants.archive.restoring.run_restore",
        "tenants.audit_removal": "tenants.audit.removal.run_removal",
    },
    publishes=(
        "tenants.engine_enabled",
        "tenants.engine_disabled",
        "tenants.engine_purged",
        "tenants.state_changed",
        "tenants.workspace_restored",
    ),
)
