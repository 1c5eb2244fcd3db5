"""People, what they may do, and how they prove who they are. In the public schema the people are the operators."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.models import COLLATION, Live, Record, search_column, search_index


class Role(Record):
    """What its holders may do: {permission code: level}. Administrators may do everything, also what comes later."""

    ADMIN, MANAGER, MEMBER, READER = "admin", "manager", "member", "reader"

    name = models.CharField(_("name"), max_length=80, db_collation=COLLATION)
    key = models.SlugField(_("key"), max_length=60, db_index=False)
    levels = models.JSONField(default=dict)
    description = models.CharField(_("description"), max_length=300, blank=True)
    is_builtin = models.BooleanField(_("built in"), default=False, editable=False)
    #: What holders may do with single fields: {"crm.contact.email": "hidden" | "masked" | "read"}; not named is "edit".
    fields = models.JSONField(default=dict, db_default={}, editable=False)
    #: Whether holders may have a masked value shown, one at a time and written down.
    masked_reveal = models.BooleanField(_("may reveal masked values"), default=False, db_default=False, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (models.UniqueConstraint(fields=["key"], name="role_key_unique"),)

    def __str__(self) -> str:
        return self.label

    @property
    def is_admin(self) -> bool:
        return self.key == self.ADMIN

    @property
    def label(self) -> str:
        """Built-in roles are named in the reader's language, others as their maker named them."""
        return str(BUILTIN_ROLES[self.key][0]) if self.is_builtin and self.key in BUILTIN_ROLES else self.name

    @property
    def explanation(self) -> str:
        return str(BUILTIN_ROLES[self.key][1]) if self.is_builtin and self.key in BUILTIN_ROLES else self.description


#: Key → name and one sentence of what it is for, in the order they are listed.
BUILTIN_ROLES: dict[str, tuple[Any, Any]] = {
    Role.ADMIN: (_("Administrator"), _("Does everything, also people, roles, engines and billing.")),
    Role.MANAGER: (_("Manager"), _("Sees and changes the team's work, imports and exports.")),
    Role.MEMBER: (_("Member"), _("Works with customers and with their own deals.")),
    Role.READER: (_("Reader"), _("Looks, but changes nothing.")),
}


class Team(Record):
    """Teams form a tree; a team reaches the records of the teams below it."""

    name = models.CharField(_("name"), max_length=120, db_collation=COLLATION)
    parent = models.ForeignKey(
        "self", verbose_name=_("parent team"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    manager = models.ForeignKey(
        "identity.User", verbose_name=_("team lead"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    region = models.CharField(_("region"), max_length=120, blank=True, db_collation=COLLATION)
    search_text = search_column("name", "region")

    class Meta(Record.Meta):
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        indexes = (search_index("team_search"),)
        constraints = (
            models.UniqueConstraint(fields=["name"], condition=models.Q(deleted_at=None), name="team_name_unique"),
        )

    def __str__(self) -> str:
        return self.name


class _Users(BaseUserManager["User"], Live):
    """Live records, found by e-mail the way Django's sign-in expects."""


class User(AbstractBaseUser, Record):
    """A person of the workspace. A placeholder is a name that an import brought along: it cannot sign in."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        INVITED = "invited", _("Invited")
        PLACEHOLDER = "placeholder", _("Name only")
        DEACTIVATED = "deactivated", _("Deactivated")

    class Language(models.TextChoices):
        INHERIT = "", _("As the workspace")
        FA = "fa", "فارسی"
        EN = "en", "English"

    class Calendar(models.TextChoices):
        INHERIT = "", _("As the workspace")
        JALALI = "jalali", _("Jalali")
        GREGORIAN = "gregorian", _("Gregorian")

    class Digits(models.TextChoices):
        INHERIT = "", _("As the language")
        FA = "fa", _("Persian (۱۲۳)")
        LATIN = "latin", _("Latin (123)")

    class Theme(models.TextChoices):
        SYSTEM = "", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        NORMAL = "", _("Normal")
        COMPACT = "compact", _("Compact")
        ROOMY = "roomy", _("Roomy")

    email = models.EmailField(_("e-mail"), max_length=254, null=True, blank=True)  # noqa: DJ001 — many have none, and it is unique
    name = models.CharField(_("name"), max_length=150, db_collation=COLLATION)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PLACEHOLDER)
    role = models.ForeignKey(
        Role, verbose_name=_("role"), null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    title = models.CharField(_("job title"), max_length=120, blank=True, db_collation=COLLATION)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True, choices=Language)
    calendar = models.CharField(_("calendar"), max_length=10, blank=True, choices=Calendar)
    digits = models.CharField(_("digits"), max_length=6, blank=True, choices=Digits)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    theme = models.CharField(_("appearance"), max_length=6, blank=True, choices=Theme)
    density = models.CharField(_("row height"), max_length=8, blank=True, choices=Density)
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    search_text = search_column("name", "email", "title")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[Any] = _Users()
    everything: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta(Record.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = (
            search_index("user_search"),
            # Records sorted by their owner are met by walking the people in this order.
            models.Index(fields=["name", "id"], name="user_name"),
        )
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_unique"),)

    def __str__(self) -> str:
        return self.name or self.email or "—"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django means a value to read; ours follows from the state
        return self.state == self.State.ACTIVE and self.deleted_at is None

    @property
    def is_admin(self) -> bool:
        """Whether any of their roles is the administrators'."""
        if self.role is not None and self.role.is_admin:
            return True
        return self.further_roles.filter(role__key=Role.ADMIN).exists()


class UserRole(models.Model):
    """A role that somebody holds beside their main one; what several roles give adds up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="further_roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="further_holders")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("further role")
        verbose_name_plural = _("further roles")
        constraints = (models.UniqueConstraint(fields=["user", "role"], name="user_role_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id}"


class Territory(Record):
    """A part of the market, in a tree; whoever serves one reaches the records of it and of all below it."""

    name = models.CharField(_("name"), max_length=120, db_collation=COLLATION)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    region = models.CharField(_("region"), max_length=300, blank=True, db_collation=COLLATION)
    members = models.ManyToManyField(
        User, verbose_name=_("people"), through="TerritoryMember", related_name="territories", blank=True
    )
    search_text = search_column("name", "region")

    class Meta(Record.Meta):
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        indexes = (search_index("territory_search"),)
        constraints = (
            models.UniqueConstraint(fields=["name"], condition=models.Q(deleted_at=None), name="territory_name_unique"),
        )

    def __str__(self) -> str:
        return self.name


class TerritoryMember(models.Model):
    """Somebody who serves a territory; one may serve several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="territory_memberships")

    class Meta:
        verbose_name = _("person of a territory")
        verbose_name_plural = _("people of territories")
        constraints = (models.UniqueConstraint(fields=["user", "territory"], name="territory_member_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.territory_id}"


class SecondStepRule(models.Model):
    """Who must have a second step (an authenticator app or a passkey) to sign in. A workspace has one row, or none."""

    ONLY = UUID(int=1)

    class Who(models.TextChoices):
        NOBODY = "nobody", _("Nobody has to")
        ADMINS = "admins", _("Administrators")
        EVERYBODY = "everybody", _("Everybody")

    id = models.UUIDField(primary_key=True, default=ONLY, editable=False)
    who = models.CharField(_("who needs one"), max_length=10, choices=Who, default=Who.NOBODY)
    grace_days = models.PositiveSmallIntegerField(_("time to set one up"), default=7)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rule for the second step")
        verbose_name_plural = _("rules for the second step")

    def __str__(self) -> str:
        return self.who

    @property
    def due(self) -> datetime:
        return self.since + timedelta(days=self.grace_days)


class ApiToken(models.Model):
    """A person's key for programs. Only its hash is kept; it does what its owner may do."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = (models.UniqueConstraint(fields=["hash"], name="token_hash_unique"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class Invitation(models.Model):
    """An e-mail with a way in, good once and for seven days."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation")
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (models.UniqueConstraint(fields=["token_hash"], name="invitation_token_unique"),)

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
