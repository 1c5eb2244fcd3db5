from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("kernel", "0004_audit_seals")]

    operations = [
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["actor_id", "-id"], name="audit_actor"),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["entity", "-id"], name="audit_entity"),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["action", "-id"], name="audit_action"),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["source", "-id"], name="audit_source"),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(condition=models.Q(("ip__isnull", False)), fields=["ip", "-id"], name="audit_ip"),
        ),
    ]
