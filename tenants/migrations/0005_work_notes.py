from django.db import migrations, models

#: A workspace's role cannot write here; this can, and writes nothing but who called. The operator says for whom.
FUNCTION = """
CREATE FUNCTION ext.note_work(workspace text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO public.tenants_worknote (schema_name)
  VALUES (CASE current_setting('role') WHEN 'none' THEN workspace ELSE current_setting('role') END)
$$"""
#: Nothing is known yet of the workspaces that are here already: the first sweep looks at each of them.
EVERYBODY = "INSERT INTO public.tenants_worknote (schema_name) SELECT schema_name FROM public.tenants_organization"


class Migration(migrations.Migration):
    accepted = "A function and rows of the public schema; no table that exists is changed."
    dependencies = [
        ("tenants", "0004_archive"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkNote",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("schema_name", models.CharField(max_length=63)),
            ],
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION ext.note_work(text)"),
        migrations.RunSQL(EVERYBODY, migrations.RunSQL.noop),
    ]
