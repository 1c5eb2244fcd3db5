import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=10)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("action", models.CharField(max_length=20)),
                ("entity", models.CharField(max_length=60)),
                ("record_id", models.UUIDField(null=True)),
                ("record_label", models.CharField(blank=True, max_length=300)),
                ("changes", models.JSONField(default=dict)),
                ("batch", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "kernel_audit",
                "indexes": [
                    models.Index(fields=["entity", "record_id", "-id"], name="audit_record"),
                    models.Index(condition=models.Q(("batch__isnull", False)), fields=["batch"], name="audit_batch"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by_id", models.UUIDField(null=True)),
                ("created_by_label", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Stopped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("payload", models.JSONField(default=dict)),
                ("state_data", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(auto_now_add=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "db_table": "kernel_job",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])), fields=["next_at"], name="job_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=100)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("dead", "Dead")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(auto_now_add=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("done_receivers", models.JSONField(default=list)),
                ("last_error", models.TextField(blank=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kernel_outbox",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["next_at"], name="outbox_waiting")
                ],
            },
        ),
    ]
