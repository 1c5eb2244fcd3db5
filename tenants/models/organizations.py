from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from kernel.context import Tenant
from kernel.errors import Text
from kernel.ids import uuid7
from tenants import hosts
from tenants.preferences import with_defaults
from tenants.states import Meaning, State, meaning_of, sentence_for


class Organization(TenantMixin):  # type: ignore[misc]  # the library has no types
    """A customer of ours, and its workspace's schema."""

    State = State

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    subdomain = models.CharField(_("subdomain"), max_length=40, unique=True)
    schema_name = models.CharField(max_length=63, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.TRIAL)
    state_since = models.DateTimeField(default=timezone.now, db_default=Now())
    #: Why it is in this state, a key of tenants.states.REASONS.
    state_reason = models.CharField(max_length=30, blank=True, default="", db_default="")
    #: When everything of it is to be deleted, unless somebody changes their mind before.
    erase_after = models.DateTimeField(null=True, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    preferences = models.JSONField(default=dict, blank=True)
    #: Engines that are on. What exists in the schema, on or off, is `releases`.
    engines = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    #: Version of each part's tables in this schema: {"core": "3f…", "sfa": "a1…"}.
    releases = models.JSONField(default=dict, blank=True)
    #: Releases try themselves on these first.
    is_canary = models.BooleanField(default=False, db_default=False)
    #: A release that failed here keeps people out until it is mended; the error is for the provider.
    quarantined_at = models.DateTimeField(null=True, blank=True)
    quarantine_error = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    trial_ends_on = models.DateField(_("trial ends"), null=True, blank=True)

    class Meta:
        verbose_name = _("organization")

    def __str__(self) -> str:
        return self.name

    def __enter__(self) -> Any:
        raise RuntimeError("`with organization` is not thread-safe. Use kernel.context.tenant_context().")

    @property
    def host(self) -> str:
        return f"{self.subdomain}.{settings.BASE_HOST}"

    @property
    def url(self) -> str:
        return hosts.address(self.host)

    @property
    def meaning(self) -> Meaning:
        return meaning_of(self.state)

    @property
    def sentence(self) -> Text:
        """Why nothing can be changed in it; "" where everything can."""
        return sentence_for(self.state, self.state_reason)

    @property
    def next_date(self) -> datetime | None:
        """When time will move it on, unless something happens before."""
        days = {State.PAST_DUE: settings.PAST_DUE_DAYS, State.READ_ONLY: settings.READ_ONLY_DAYS}
        if self.state in days:
            return self.state_since + timedelta(days=days[State(self.state)])
        return self.erase_after

    @property
    def trial_days_left(self) -> int | None:
        if self.state != self.State.TRIAL or not self.trial_ends_on:
            return None
        return max(0, (self.trial_ends_on - timezone.localdate()).days)

    def as_tenant(self) -> Tenant:
        """What code that runs in this workspace knows of it."""
        return Tenant(
            schema=self.schema_name, id=self.id, name=self.name, host=self.host, engines=frozenset(self.engines),
            preferences={**with_defaults(self.preferences, self.language), "language": self.language},
            read_only=self.sentence, closed=self.meaning.enter != "all",
        )  # fmt: skip

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        _forget(self.host)


class Domain(DomainMixin):  # type: ignore[misc]  # the library has no types
    """A host of its own that an organization brings; the subdomain needs no row."""

    domain = models.CharField(_("host"), max_length=253, unique=True)

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        _forget(self.domain)


def _forget(host: str) -> None:
    """Now, for what this transaction reads; and once committed, for whoever read the old row meanwhile."""
    hosts.forget(host)
    transaction.on_commit(lambda: hosts.forget(host), robust=True)
