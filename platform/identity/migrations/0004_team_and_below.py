"""The level "team" reached the teams below it; that is called "team_below" now, and "team" is the teams themselves."""

from typing import Any

from django.db import migrations


def rename_level(apps: Any, editor: Any) -> None:
    role = apps.get_model("identity", "Role")
    for one in role._base_manager.all():
        if "team" in one.levels.values():
            one.levels = {code: "team_below" if level == "team" else level for code, level in one.levels.items()}
            one.save(update_fields=["levels"])


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_roles_add_up_and_territories"),
    ]

    operations = [
        migrations.RunPython(rename_level, migrations.RunPython.noop),
    ]
