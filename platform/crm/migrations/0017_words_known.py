from django.db import migrations

TABLES = ("crm_account", "crm_contact", "crm_customrecord")


class Migration(migrations.Migration):
    """How often words stand in the organization's own fields, told to the planner; see kernel.models.own_text_index."""

    accepted = "Statistics: nothing is rewritten, and readers and writers go on meanwhile."

    dependencies = [("crm", "0016_conditions")]

    operations = [
        migrations.RunSQL(
            f"CREATE STATISTICS {table}_own_words ON (ext.pv_said(extra)) FROM {table}",
            f"DROP STATISTICS {table}_own_words",
        )
        for table in TABLES
    ] + [migrations.RunSQL(f"ANALYZE {table}", migrations.RunSQL.noop) for table in TABLES]
