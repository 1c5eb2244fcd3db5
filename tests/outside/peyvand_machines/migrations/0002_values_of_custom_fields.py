from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("peyvand_machines", "0001_initial")]

    operations = [
        migrations.AddField("machine", "extra", models.JSONField(db_default={}, default=dict, editable=False)),
        migrations.AddField("machine", "record_type_id", models.UUIDField(blank=True, editable=False, null=True)),
        migrations.AddField("machine", "territory_id", models.UUIDField(blank=True, editable=False, null=True)),
    ]
