from django.db import migrations


class Migration(migrations.Migration):
    """How often words stand in the organization's own fields, told to the planner; see kernel.models.own_text_index."""

    accepted = "Statistics: nothing is rewritten, and readers and writers go on meanwhile."

    dependencies = [("sfa", "0007_conditions")]

    operations = [
        migrations.RunSQL(
            "CREATE STATISTICS sfa_deal_own_words ON (ext.pv_said(extra)) FROM sfa_deal",
            "DROP STATISTICS sfa_deal_own_words",
        ),
        migrations.RunSQL("ANALYZE sfa_deal", migrations.RunSQL.noop),
    ]
