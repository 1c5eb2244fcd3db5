from django.db import migrations

#: A temporary table stands before every table of its name, for whoever has the connection next.
REVOKE = """
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$"""
GRANT = """
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$"""


class Migration(migrations.Migration):
    accepted = "Takes away a right that no code uses."
    dependencies = [
        ("tenants", "0005_work_notes"),
    ]

    operations = [migrations.RunSQL(REVOKE, GRANT)]
