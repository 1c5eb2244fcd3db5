from django.db import models

from tenants.models.organizations import Organization


class SchemaTemplate(models.Model):
    """The SQL that makes one part of a workspace ("core", or an engine's tables), built from its migrations."""

    part = models.CharField(max_length=60, primary_key=True)
    version = models.CharField(max_length=64)
    sql = models.TextField()
    #: A hash of each migration it was recorded from, by "app.name".
    migrations = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    #: The same of the text it was before: what workspaces have that the present release has not reached yet.
    former_sql = models.TextField(blank=True, default="", db_default="")
    former_migrations = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    built_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.part} {self.version[:8]}"


class RetiredSchema(models.Model):
    """A schema that its workspace has left (another was restored in its place), kept for a while to go back to.

    One that is still being filled from an archive stands here too, without releases: killed half-way, it is dropped.
    """

    schema_name = models.CharField(max_length=63, primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="retired_schemas")
    #: Version of each part's tables in it, as in Organization.
    releases = models.JSONField(default=dict)
    engines = models.JSONField(default=list)
    #: Language and preferences of the organization then: amounts and dates in it are meant by them.
    habits = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    retired_at = models.DateTimeField(auto_now_add=True)
    drop_after = models.DateTimeField()

    def __str__(self) -> str:
        return self.schema_name


class SpareSchema(models.Model):
    """A schema made beforehand, waiting for a sign-up."""

    schema_name = models.CharField(max_length=63, primary_key=True)
    version = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["version", "created_at"], name="spare_schema_next"),)

    def __str__(self) -> str:
        return self.schema_name
