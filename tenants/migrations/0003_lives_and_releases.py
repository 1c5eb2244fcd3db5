import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_handover"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReleaseRun",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=32)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("stopped", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name="organization",
            name="erase_after",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="organization",
            name="is_canary",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="organization",
            name="quarantine_error",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="organization",
            name="quarantined_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="organization",
            name="state_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=30),
        ),
        migrations.AddField(
            model_name="organization",
            name="state_since",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.AlterField(
            model_name="organization",
            name="state",
            field=models.CharField(
                choices=[
                    ("trial", "Trial"),
                    ("active", "Active"),
                    ("past_due", "Past due"),
                    ("read_only", "Read-only"),
                    ("suspended", "Suspended"),
                    ("exported", "Exported"),
                    ("erased", "Erased"),
                ],
                default="trial",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="RetiredSchema",
            fields=[
                ("schema_name", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("releases", models.JSONField(default=dict)),
                ("engines", models.JSONField(default=list)),
                ("retired_at", models.DateTimeField(auto_now_add=True)),
                ("drop_after", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retired_schemas",
                        to="tenants.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StateChange",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("old", models.CharField(max_length=10)),
                ("new", models.CharField(max_length=10)),
                ("reason", models.CharField(blank=True, max_length=30)),
                ("actor_label", models.CharField(max_length=200)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="state_changes",
                        to="tenants.organization",
                    ),
                ),
            ],
        ),
    ]
