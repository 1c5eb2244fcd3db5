import django.contrib.postgres.fields
import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0003_shares_and_record_types"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("first_seq", models.BigIntegerField()),
                ("count", models.IntegerField()),
                ("first_id", models.UUIDField()),
                ("last_id", models.UUIDField()),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("hashes", models.BinaryField(default=b"")),
                ("content", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("link", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=16)),
                ("late", models.BooleanField(default=False)),
                ("sealed_at", models.DateTimeField()),
                ("gone", models.JSONField(default=list)),
                ("gone_until", models.DateTimeField(null=True)),
                ("gone_signature", models.CharField(blank=True, default="", max_length=100)),
            ],
            options={
                "db_table": "kernel_audit_seal",
                "indexes": [models.Index(fields=["last_id"], name="audit_seal_last")],
            },
        ),
    ]
