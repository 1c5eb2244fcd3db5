"""Each rule, with what it refuses and what it lets through."""

import re
from typing import Any

import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    TrigramExtension,
    ValidateConstraint,
)
from django.core.management import CommandError, call_command
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Lower, Now, Random

from tenants.releases import safety
from tests.factories.newer import newer

OLD: dict[str, Any] = {
    "id": models.UUIDField(primary_key=True),
    "name": models.CharField(max_length=50),
    "note": models.CharField(max_length=50, null=True),
    "colour": models.CharField(max_length=20, db_default="red"),
    "price": models.DecimalField(max_digits=10, decimal_places=2),
    "count": models.IntegerField(null=True),
    "parent": models.ForeignKey("shop.Thing", models.CASCADE, null=True, db_index=False, db_constraint=False),
}
INDEX = models.Index(fields=["name"], name="thing_name")
CHECK = models.CheckConstraint(condition=models.Q(count__gt=0), name="thing_count")


def found(*operations: Any, **attributes: Any) -> list[safety.Finding]:
    state = ProjectState()
    state.add_model(ModelState("shop", "Thing", [(name, field.clone()) for name, field in OLD.items()]))
    migration: Any = migrations.Migration("0002_more", "shop")
    migration.operations = list(operations)
    for name, value in attributes.items():
        setattr(migration, name, value)
    return safety.of_migration(migration, state)


def add(field: Any) -> Any:
    return migrations.AddField("thing", "extra", field)


def alter(name: str, field: Any) -> Any:
    return migrations.AlterField("thing", name, field)


REFUSED = {
    "a column goes": (migrations.RemoveField("thing", "note"), "still reads"),
    "a table goes": (migrations.DeleteModel("Thing"), "still reads"),
    "a column is renamed": (migrations.RenameField("thing", "note", "remark"), "still uses"),
    "a model is renamed": (migrations.RenameModel("Thing", "Item"), "still uses"),
    "a table is renamed": (migrations.AlterModelTable("thing", "things"), "still uses"),
    "a column without a default": (add(models.IntegerField()), "NOT NULL without db_default"),
    "a default only in Python": (add(models.IntegerField(default=1)), "NOT NULL without db_default"),
    "a default that differs": (add(models.FloatField(db_default=Random())), "row to row"),
    "a computed column": (
        add(models.GeneratedField(expression=Lower("name"), output_field=models.TextField(), db_persist=True)),
        "computes",
    ),
    "a column with an index": (add(models.IntegerField(null=True, db_index=True)), "AddIndexConcurrently"),
    "a unique column": (add(models.IntegerField(null=True, unique=True)), "unique index"),
    "a column with a check": (add(models.PositiveIntegerField(null=True)), "checks every row"),
    "a foreign key with its index": (
        add(models.ForeignKey("shop.Thing", models.CASCADE, null=True)), "AddIndexConcurrently"
    ),
    "one to one": (add(models.OneToOneField("shop.Thing", models.CASCADE, null=True)), "unique index"),
    "null to not null": (alter("note", models.CharField(max_length=50)), "NOT NULL"),
    "null to not null with a default": (alter("note", models.CharField(max_length=50, db_default="")), "NOT NULL"),
    "a default goes": (alter("colour", models.CharField(max_length=20)), "relies"),
    "text to a number": (alter("name", models.IntegerField()), "changes the type"),
    "narrower text": (alter("name", models.CharField(max_length=10)), "changes the type"),
    "a longer fraction": (alter("price", models.DecimalField(max_digits=12, decimal_places=4)), "changes the type"),
    "another collation": (alter("name", models.CharField(max_length=50, db_collation="C")), "collation"),
    "an index in passing": (alter("count", models.IntegerField(null=True, db_index=True)), "AddIndexConcurrently"),
    "a check in passing": (alter("count", models.PositiveIntegerField(null=True)), "checks every row"),
    "a foreign key is enforced": (
        alter("parent", models.ForeignKey("shop.Thing", models.CASCADE, null=True, db_index=False)), "checked"
    ),
    "another column's name": (alter("note", models.CharField(max_length=50, null=True, db_column="x")), "name"),
    "an index": (migrations.AddIndex("thing", INDEX), "AddIndexConcurrently"),
    "a check": (migrations.AddConstraint("thing", CHECK), "AddConstraintNotValid"),
    "a unique constraint": (
        migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="one")), "unique"
    ),
    "unique together": (migrations.AlterUniqueTogether("thing", {("name", "note")}), "under a lock"),
    "an order": (migrations.AlterOrderWithRespectTo("thing", "parent"), "under a lock"),
    "SQL": (migrations.RunSQL("SELECT 1"), "cannot be judged"),
    "an extension": (TrigramExtension(), "not known"),
    "hidden in a separated state": (
        migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "note")]), "still reads"
    ),
}  # fmt: skip
ALLOWED = {
    "a column that may be empty": [add(models.IntegerField(null=True))],
    "a column the database fills": [add(models.CharField(max_length=9, default="", db_default=""))],
    "a moment": [add(models.DateTimeField(db_default=Now()))],
    "a foreign key without its index": [
        add(models.ForeignKey("shop.Thing", models.CASCADE, null=True, db_index=False))
    ],
    "many to many": [add(models.ManyToManyField("shop.Thing"))],
    "not null to null": [alter("name", models.CharField(max_length=50, null=True))],
    "wider text": [alter("name", models.CharField(max_length=90))],
    "text without an end": [alter("name", models.TextField())],
    "more digits": [alter("price", models.DecimalField(max_digits=14, decimal_places=2))],
    "only words": [alter("name", models.CharField("Name", max_length=50, help_text="Yours"))],
    "a new table with all it needs": [
        migrations.CreateModel("Box", [("id", models.UUIDField(primary_key=True)), ("name", models.TextField())]),
        migrations.AddIndex("box", models.Index(fields=["name"], name="box_name")),
        migrations.AddConstraint("box", models.UniqueConstraint(fields=["name"], name="box_one")),
        migrations.AddField("box", "thing", models.ForeignKey("shop.Thing", models.CASCADE)),
    ],
    "an index without locking": [AddIndexConcurrently("thing", INDEX)],
    "dropping it": [RemoveIndexConcurrently("thing", "thing_name")],
    "a check, later": [AddConstraintNotValid("thing", CHECK)],
    "and its proof": [ValidateConstraint("thing", "thing_count")],
    "a constraint goes": [migrations.RemoveConstraint("thing", "thing_count")],
    "Python": [migrations.RunPython(migrations.RunPython.noop)],
    "only the state": [migrations.SeparateDatabaseAndState([], [migrations.RemoveField("thing", "note")])],
    "options": [migrations.AlterModelOptions("thing", {"verbose_name": "thing"})],
}


@pytest.fixture
def with_constraint(monkeypatch: pytest.MonkeyPatch) -> None:
    """ALLOWED drops and proves what an earlier migration would have added."""
    for name in ("remove_constraint", "remove_index"):
        monkeypatch.setattr(ProjectState, name, lambda *_args: None)


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    operation, words = REFUSED[case]
    problems = [one.problem for one in found(operation)]
    assert len(problems) == 1, problems
    assert words in problems[0]


@pytest.mark.parametrize("case", ALLOWED)
def test_allowed(case: str, with_constraint: None) -> None:
    assert found(*ALLOWED[case]) == []


def test_an_index_without_locking_stands_alone() -> None:
    problems = [one.problem for one in found(add(models.IntegerField(null=True)), AddIndexConcurrently("thing", INDEX))]
    assert problems == [
        "an index built without locking needs a migration of its own: a kill would leave the rest done half"
    ]


def test_a_check_is_proved_in_the_next_migration() -> None:
    problems = [
        one.problem for one in found(AddConstraintNotValid("thing", CHECK), ValidateConstraint("thing", "thing_count"))
    ]
    assert problems == ["thing_count is validated under the lock that added it: validate it in the next migration"]


def test_a_reason_lets_it_through_and_is_told() -> None:
    one = found(migrations.RemoveField("thing", "note"), accepted="Nothing reads it since 3.1.")[0]
    assert one.accepted == "Nothing reads it since 3.1."
    assert str(one).endswith("(accepted: Nothing reads it since 3.1.)")


def test_the_command_refuses_what_gives_no_reason(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("release", check=True)
    assert "0002_faster_lists" in capsys.readouterr().out
    with newer({"gone": 'migrations.RemoveField("contact", "mobile"),'}):
        call_command("release", check=True)
        assert "made up by a test" in capsys.readouterr().out
    with newer({"gone": 'migrations.RemoveField("contact", "mobile"),'}, accepted=""), pytest.raises(CommandError):
        call_command("release", check=True)
    told = capsys.readouterr().out
    assert re.search(r"crm\.\d{4}_gone: “Remove field mobile from contact” takes away", told)
