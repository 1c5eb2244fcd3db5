"""Migrations that do something in Python: in every workspace on its own rows, with the models of their own moment."""

from tenants.releases import Options, release
from tests.factories.fleet import SIZE, Fleet, everybody, fresh, inside
from tests.factories.newer import NICKNAME, newer

NOW = Options(pool=0, pauses=())
FILL = """
def fill(apps, editor):
    contact = apps.get_model("crm", "Contact")
    assert "nickname" in {field.name for field in contact._meta.get_fields()}
    assert "motto" not in {field.name for field in contact._meta.get_fields()}
    for one in contact.objects.all():
        if one.last_name == "of 7":
            raise ValueError("ship 7 has a strange sailor")
        one.nickname = f"{one.last_name} among {contact.objects.count()}"
        one.save(update_fields=["nickname"])
"""
MOTTO = 'migrations.AddField("contact", "motto", models.CharField(max_length=60, default="", db_default="")),'
STEPS = {"nickname": NICKNAME, "fill": "migrations.RunPython(fill, migrations.RunPython.noop),", "motto": MOTTO}
INSIDE = {
    "nickname": f"""{NICKNAME} migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunPython(fill, migrations.RunPython.noop), {MOTTO}],
        state_operations=[{MOTTO}],
    ),"""
}


def nicknames(subdomain: str) -> list[str]:
    return [row[0] for row in inside(fresh(subdomain), "SELECT nickname FROM crm_contact")]


def test_each_workspace_sees_its_own_rows_and_the_models_of_that_time(fleet: Fleet) -> None:
    with newer(STEPS, head=FILL):
        report = release(NOW)
    assert report.done == SIZE - 1
    assert nicknames("ship03") == ["of 3 among 3"] * 3
    assert nicknames("ship11") == ["of 11 among 3"] * 3


def test_a_step_that_fails_leaves_its_workspace_as_it_was(fleet: Fleet) -> None:
    with newer(STEPS, head=FILL):
        report = release(NOW)
        assert [(one.subdomain, error) for one, error in report.failed] == [
            ("ship07", "ValueError: ship 7 has a strange sailor")
        ]
    broken = fresh("ship07")
    assert broken.quarantine_error == "ValueError: ship 7 has a strange sailor"
    assert (
        inside(broken, "SELECT 1 FROM pg_attribute WHERE attrelid = 'crm_contact'::regclass AND attname = 'nickname'")
        == []
    )
    assert inside(broken, "SELECT 1 FROM django_migrations WHERE name LIKE '%nickname'") == []


def test_steps_inside_a_separated_state_run_too(fleet: Fleet) -> None:
    with newer(INSIDE, head=FILL):
        assert release(NOW).done == SIZE - 1
    assert nicknames("ship03") == ["of 3 among 3"] * 3
    assert len(everybody()) == SIZE
