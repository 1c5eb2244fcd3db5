"""Imports: a run with its file, choices and counts; what was wrong with which row; mappings that were remembered."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7


class ImportMapping(models.Model):
    """The choices of the last import of files with these headings, offered again for the next."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entity = models.CharField(max_length=60)
    #: Hash of the headings: see crm.imports.plan.signature.
    signature = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    match = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "signature"], name="import_mapping_once"),)

    def __str__(self) -> str:
        return f"{self.entity} {self.signature[:8]}"


class ImportRun(models.Model):
    """One import of one file. At every commit `rows = made + changed + unchanged + refused`; `checkpoint` is the number
    of the last row that is counted, so a resumed run begins behind it. `batch` marks its audit rows."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.UUIDField(null=True)
    created_by_label = models.CharField(max_length=200, blank=True)
    entity = models.CharField(max_length=60)
    file = models.CharField(max_length=80)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    #: How the file was understood: columns with what was detected, encoding, delimiter, sheet.
    table = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    match = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    preview_job = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    job_id = models.UUIDField(null=True)
    batch = models.UUIDField(default=uuid7)
    rows_total = models.BigIntegerField(null=True)
    checkpoint = models.BigIntegerField(default=0)
    made = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    #: Records of other entities made on the way: {entity: count}.
    related_made = models.JSONField(default=dict)
    #: Why the run failed as a whole: {"code", "message", "params"}.
    problem = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["-id"], name="import_run_newest"),)

    def __str__(self) -> str:
        return self.filename

    @property
    def rows(self) -> int:
        return self.made + self.changed + self.unchanged + self.refused

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ImportProblem(models.Model):
    """Why a row was refused. The sentence is kept as its English pattern and parts, to be said in any language."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems", db_index=False)
    row = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=130, blank=True)
    value = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=60)
    message = models.TextField(blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["run", "row", "id"], name="import_problem_row"),)

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"
