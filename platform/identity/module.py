"""People and access: users and teams as entities, and the permissions over people and roles. Always on."""

from django.utils.translation import gettext_lazy as _

from kernel.registry import Entity, F, Module, Permission, Section, SettingsPage

LEVELS = {
    "manager": {"view": "all", "add": "all", "change": "all", "import": "all", "export": "all"},
    "member": {"view": "all"},
    "reader": {"view": "all"},
}

user = Entity(
    name="user",
    plural="users",
    model="identity.User",
    label=_("User"),
    label_plural=_("Users"),
    icon="user",
    fields=(
        "name", F("email", required=False), F("state", readonly=True),
        F("role", target="role", readonly=True),
        F("team", target="team"), "title", F("phone", kind="phone"), F("created_at", readonly=True),
    ),
    columns=("name", "email", "state", "role", "team", "title"),
    filters=("name", "email", "state", "role", "team", "title"),
    owner="",
    sort="name",
    subtitle="title",
    match=("email", "name"),
    glance=("email", "team", "title", "phone"),
    layout=(Section("", ("name", "email", "team", "title", "phone")),),
    levels=LEVELS,
    prepare="identity.guards.prepare_user",
    pages=False,
    empty_hint=_("People of this workspace, and names that an import brought along."),
)  # fmt: skip

team = Entity(
    name="team",
    plural="teams",
    model="identity.Team",
    label=_("Team"),
    label_plural=_("Teams"),
    icon="network",
    fields=("name", F("parent", target="team"), F("manager", target="user"), "region"),
    columns=("name", "parent", "manager", "region"),
    owner="",
    sort="name",
    subtitle="region",
    match=("name",),
    levels=LEVELS,
    prepare="identity.guards.prepare_team",
    before_delete="identity.guards.refuse_used_teams",
    pages=False,
    empty_hint=_("Teams form a tree: whoever leads a team reaches the records of all teams below it."),
)

territory = Entity(
    name="territory",
    plural="territories",
    model="identity.Territory",
    label=_("Territory"),
    label_plural=_("Territories"),
    icon="map-pin",
    fields=("name", F("parent", target="territory"), "region"),
    columns=("name", "parent", "region"),
    owner="",
    sort="name",
    subtitle="region",
    match=("name",),
    levels=LEVELS,
    prepare="identity.guards.prepare_territory",
    before_delete="identity.guards.refuse_used_territories",
    pages=False,
    importable=False,
    make_from_import=False,
    empty_hint=_("Territories form a tree: whoever serves one reaches the records of all below it."),
)

role = Entity(
    name="role",
    plural="roles",
    model="identity.Role",
    label=_("Role"),
    label_plural=_("Roles"),
    icon="key-round",
    fields=(F("name", readonly=True), F("key", readonly=True), F("description", readonly=True)),
    columns=("name", "description"),
    owner="",
    sort="name",
    match=("name", "key"),
    levels={key: {"view": "all"} for key in ("manager", "member", "reader")},
    pages=False,
    importable=False,
    make_from_import=False,
)

manifest = Module(
    name="identity",
    app="identity",
    label=_("People"),
    tagline=_("Users, teams and roles"),
    icon="users",
    always_on=True,
    entities=(user, team, territory, role),
    permissions=(
        Permission("identity.user.manage", _("Invite people, change roles and teams, deactivate")),
        Permission("identity.role.manage", _("Decide what roles may do")),
    ),
    settings_pages=(
        SettingsPage(_("Users and teams"), "identity:user_list", "people", "identity.user.view"),
        SettingsPage(_("Territories"), "identity:territory_list", "people", "identity.territory.view"),
        SettingsPage(_("Two-step verification"), "identity:second_step", "people", "identity.role.manage"),
        SettingsPage(_("Roles"), "identity:role_list", "people", "identity.role.manage"),
        SettingsPage(_("Record types"), "identity:record_type_list", "people", "identity.role.manage"),
        SettingsPage(_("Who sees what"), "identity:why", "people", "identity.role.manage"),
        SettingsPage(_("My profile"), "identity:profile", "personal"),
        SettingsPage(_("Sign-in and security"), "identity:security", "personal"),
        SettingsPage(_("API tokens"), "identity:token_list", "personal"),
    ),
    urls="identity.urls",
    api_urls="identity.api.urls",
    publishes=(
        "identity.user_created", "identity.user_changed", "identity.user_deleted", "identity.user_restored",
        "identity.team_created", "identity.team_changed", "identity.team_deleted", "identity.team_restored",
        "identity.territory_created", "identity.territory_changed", "identity.territory_deleted",
        "identity.territory_restored",
        "identity.user_invited", "identity.invitation_accepted", "identity.user_deactivated",
    ),
)  # fmt: skip
