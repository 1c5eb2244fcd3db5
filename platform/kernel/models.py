"""Abstract rows that engines build on, and the kernel's own tables in every workspace."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Collate, Concat, Left
from django.utils.translation import gettext_lazy as _

from kernel import custom
from kernel.ids import uuid7
from kernel.masking import PREFIX, mask
from kernel.registry import registry
from kernel.text.db import Fold, Said

#: Sorts Persian and Latin alike, as readers of either expect.
COLLATION = "fa-x-icu"
#: Condition of an index over records that are not deleted: it also counts them without touching the table.
LIVE = Q(deleted_at__isnull=True)
#: Condition of an index over records that lie in a territory: most lie in none.
PLACED = Q(territory_id__isnull=False)


class Live(models.Manager[Any]):
    """Records that are not deleted; the default everywhere."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class Record(models.Model):
    """A record of the registry: UUIDv7, a version against silent overwriting, and deletion that can be undone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+", db_index=False,
    )  # fmt: skip
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Values of the fields that the organization made itself, by their names; see kernel.custom.
    extra = models.JSONField(default=dict, db_default={}, editable=False)

    objects: ClassVar[Live] = Live()
    everything: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "everything"

    def __getattr__(self, name: str) -> Any:
        # Asked only for what nothing else answers to: fields that the organization made itself, and masked values.
        if name.startswith(custom.PREFIX):
            return custom.read(self, name)
        if name.startswith(PREFIX):
            return mask(getattr(self, name.removeprefix(PREFIX)))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def entity_name(self) -> str:
        """What the registry calls this kind of record."""
        return registry.name_of(type(self))


class OwnedRecord(Record):
    """A record that somebody is responsible for; the levels own and team look at the owner."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    #: The kind of record it is here; a kind may be private to a team.
    record_type_id = models.UUIDField(null=True, blank=True, editable=False)
    #: Where it belongs, for the level "territory".
    territory_id = models.UUIDField(null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        abstract = True


def search_column(*names: str) -> models.GeneratedField:
    """A stored column of folded text over which one types ahead; give it a `search_index`."""
    parts: list[Any] = []
    for name in names:
        parts += [Coalesce(F(name), Value("")), Value(" ")]
    return models.GeneratedField(
        expression=Fold(Concat(*parts, output_field=models.TextField())),
        output_field=models.TextField(), db_persist=True, editable=False,
    )  # fmt: skip


def search_index(name: str, column: str = "search_text") -> GinIndex:
    return GinIndex(fields=[column], opclasses=["gin_trgm_ops"], name=name)


def further_index(name: str) -> GinIndex:
    """For `more_text`, which few records have. Of an index of mostly empty texts the planner takes each word to be as
    much work as reading it from end to end, and reads the table instead.
    """
    return GinIndex(fields=["more_text"], opclasses=["gin_trgm_ops"], name=name, condition=~Q(more_text=""))


class TitleIndex(models.Index):
    """What a title begins with, found at once however many records begin so; see `title_index`."""


#: As many letters of the title as the index keeps.
TITLE_LETTERS = 50


def title_index(name: str) -> TitleIndex:
    """For tables that grow large, beside the `search_index`; the first name of `search_column` is the title."""
    return TitleIndex(Collate(Left("search_text", TITLE_LETTERS), "C"), name=name)


def words_index(name: str, *columns: str) -> GinIndex:
    """For "contains" in columns of a large table that its search leaves out; one index serves each of them."""
    return GinIndex(*[OpClass(Fold(column), name="gin_trgm_ops") for column in columns], name=name)


def own_text_index(name: str) -> GinIndex:
    """Makes what stands in the organization's own text fields findable in a large table; empty where it has none.

    Statistics of the same expression belong beside it (a migration's CREATE STATISTICS): the planner takes none from
    an index with a condition, expects letters that nobody has in thousands of records, and walks through all.
    """
    return GinIndex(OpClass(Said("extra"), name="gin_trgm_ops"), name=name, condition=~Q(extra={}))


def changed_index(name: str) -> BrinIndex:
    """For "changed since …" in a large table. It keeps the latest moment of every page; unlike a tree of moments it
    lets an update, which always changes this column, leave the other indexes alone.
    """
    return BrinIndex(fields=["updated_at"], name=name, pages_per_range=1)


class AuditEntry(models.Model):
    """Who changed which field from what to what, when and through which door. Never updated.

    `changes` is {field: [old, new]}; a creation has old = null, a deletion keeps what was there. `batch` is shared by
    the changes of one act (a bulk edit, an import's batch), so that one undo takes them all back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)
    source = models.CharField(max_length=10)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=20)
    entity = models.CharField(max_length=60)
    record_id = models.UUIDField(null=True)
    record_label = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)
    batch = models.UUIDField(null=True)

    class Meta:
        db_table = "kernel_audit"
        indexes = (
            models.Index(fields=["entity", "record_id", "-id"], name="audit_record"),
            models.Index(fields=["batch"], name="audit_batch", condition=Q(batch__isnull=False)),
            # What a person worked on last; the many rows of imports and bulk edits stay out of it.
            models.Index(fields=["actor_id", "-id"], name="audit_by_hand", condition=Q(batch__isnull=True)),
            # The audit's own page: newest first by one of these, whatever else is asked.
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["entity", "-id"], name="audit_entity"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["source", "-id"], name="audit_source"),
            models.Index(fields=["ip", "-id"], name="audit_ip", condition=Q(ip__isnull=False)),
        )


class RecordShare(models.Model):
    """One record opened to somebody beyond what their roles reach: to a person, a team and those below, or a role."""

    class To(models.TextChoices):
        USER = "user", _("Person")
        TEAM = "team", _("Team")
        ROLE = "role", _("Role")

    class Level(models.TextChoices):
        VIEW = "view", _("See")
        CHANGE = "change", _("See and change")
        DELETE = "delete", _("See, change and delete")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = models.CharField(max_length=60)
    record_id = models.UUIDField()
    to_kind = models.CharField(max_length=4, choices=To)
    to_id = models.UUIDField()
    level = models.CharField(max_length=6, choices=Level)
    until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "kernel_share"
        constraints = (models.UniqueConstraint(fields=["entity", "record_id", "to_id"], name="share_once"),)
        indexes = (
            # What is shared with me: read by the predicate, from the index alone.
            models.Index(fields=["to_id", "entity"], include=["record_id", "level", "until"], name="share_reader"),
        )

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id} → {self.to_kind} {self.to_id}"


class RecordType(models.Model):
    """A kind of record that an organization tells apart within one entity; it may be private to a team."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = models.CharField(max_length=60)
    key = models.SlugField(max_length=60, db_index=False)
    #: {language: name}.
    names = models.JSONField(default=dict)
    #: Seen by people of this team and the teams below it only; None: by everybody.
    team_id = models.UUIDField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    is_default = models.BooleanField(default=False, db_default=False)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "kernel_record_type"
        constraints = (
            models.UniqueConstraint(fields=["entity", "key"], name="record_type_key"),
            models.UniqueConstraint(fields=["entity"], condition=Q(is_default=True), name="record_type_default"),
        )

    def __str__(self) -> str:
        return f"{self.entity}:{self.key}"


class AuditSeal(models.Model):
    """Closes up to some thousand lines of the audit, and every seal before it: see kernel.sealing.

    The line `ids[n]` has the number `first_seq + n` and the hash `hashes[32n:32n+32]`. `gone` names positions of lines
    that were removed by policy, as ranges, signed in their turn; a seal with nothing left has no ids and hashes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True)
    first_seq = models.BigIntegerField()
    count = models.IntegerField()
    first_id = models.UUIDField()
    last_id = models.UUIDField()
    ids = ArrayField(models.UUIDField(), default=list)
    hashes = models.BinaryField(default=b"")
    #: sha256 over `hashes`, kept when they are gone.
    content = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    #: sha256 over what the seal says and the link of the one before.
    link = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    #: Which secret signed it: a seal of another installation is told from a false one.
    key = models.CharField(max_length=16)
    #: Lines dated before lines of an earlier seal: of long transactions, or written later than they say.
    late = models.BooleanField(default=False)
    sealed_at = models.DateTimeField()
    gone = models.JSONField(default=list)
    gone_until = models.DateTimeField(null=True)
    gone_signature = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        db_table = "kernel_audit_seal"
        indexes = (models.Index(fields=["last_id"], name="audit_seal_last"),)

    @property
    def last_seq(self) -> int:
        return self.first_seq + self.count - 1


class OutboxMessage(models.Model):
    """An event that happened, kept until every receiver has had it. Written in the transaction of the change."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True)
    done_receivers = models.JSONField(default=list)
    last_error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_outbox"
        indexes = (models.Index(fields=["next_at"], name="outbox_waiting", condition=Q(state="waiting")),)


class Job(models.Model):
    """Long work as a row with a lease: Celery only wakes it. A worker that dies loses the lease and another goes on.

    `done` of `total` is the progress people see; `state_data` is what the handler needs to resume.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.UUIDField(null=True)
    created_by_label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    payload = models.JSONField(default=dict)
    state_data = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "kernel_job"
        indexes = (models.Index(fields=["next_at"], name="job_open", condition=Q(state__in=["waiting", "running"])),)


class SearchWord(models.Model):
    """A word of some title here, beside which mistyped words are laid (kernel.search.near).

    Derived: made again whenever it is missing. A word may stand twice: two transactions that meet it at once must not
    wait for each other. The empty word says that every title has been read.
    """

    word = models.TextField(db_collation="C")

    class Meta:
        db_table = "kernel_word"
        indexes = (
            models.Index(fields=["word"], name="word_itself"),
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="word_parts"),
        )
