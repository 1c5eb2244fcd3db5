"""A column of tags: known ones are found, new ones are made, and one undo takes all of it back."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Account, ImportProblem, Tag, Tagging
from crm.selectors.tags import tags_by_record
from crm.services.tags import names_in, tag_named
from identity.models import Role
from kernel.access import system_actor
from kernel.context import Tenant
from kernel.models import AuditEntry
from kernel.records import undo_batch
from kernel.registry import registry
from tests.crm.imports.conftest import Import, counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> Any:
    return actor_for(sara)


def tags() -> dict[str, list[str]]:
    records = {a.pk: a.name for a in Account.objects.all()}
    worn = tags_by_record(registry.entity("account"), records, actor=system_actor("test"))
    return {records[pk]: [tag.name for tag in several] for pk, several in worn.items()}


@pytest.mark.parametrize("heading", ["tags", "Labels", "برچسب‌ها"])
def test_tags_are_found_made_and_kept(heading: str, actor: Any, do_import: Import) -> None:
    tag_named("new:Key account", actor=system_actor("test"))
    rows = [["name", heading], ["A", "key  ACCOUNT, Fair"], ["B", "Fair؛ مرجع"], ["C", ""]]
    run = do_import(actor, "account", rows)
    assert counts(run) == (3, 0, 0, 0)
    assert tags() == {"A": ["Fair", "Key account"], "B": ["مرجع", "Fair"]}
    assert Tag.objects.count() == 3
    # tags are added, never taken off; a row that brings nothing new is unchanged
    again = do_import(actor, "account", [["name", heading], ["A", "Fair"], ["C", "Fair"]], match="name")
    assert counts(again) == (0, 1, 1, 0)
    assert tags()["A"] == ["Fair", "Key account"]


def test_an_import_with_tags_is_taken_back_as_a_whole(actor: Any, do_import: Import) -> None:
    run = do_import(actor, "account", [["name", "tags"], ["A", "Fair, Watch"]])
    assert counts(run) == (1, 0, 0, 0)
    batch = AuditEntry.objects.get(entity="account", action="created").batch
    assert batch is not None
    undo_batch(batch, actor=actor)
    assert not Account.objects.exists()
    assert not Tagging.objects.exists()  # what hangs on a record goes before it


def test_who_may_not_make_tags_names_those_that_there_are(
    tenant: Tenant, nima: Any, actor_for: Callable[..., Any], do_import: Import
) -> None:
    tag_named("new:Fair", actor=system_actor("test"))
    role = Role.objects.get(key="member")
    role.levels = {**role.levels, "crm.account.import": "all", "crm.tag.add": "none"}
    role.save()
    run = do_import(actor_for(nima), "account", [["name", "tags"], ["A", "fair"], ["B", "Fair, New"]])
    assert counts(run) == (1, 0, 0, 1)
    assert tags() == {"A": ["Fair"]}
    assert list(ImportProblem.objects.values_list("row", "column", "code")) == [(3, "tags", "new_tag")]


@given(st.lists(st.text(st.characters(exclude_characters=",،;؛\n", exclude_categories=["C", "Z"]), min_size=1)))
def test_what_was_written_in_one_cell_is_read_back(names: list[str]) -> None:
    wanted = list(dict.fromkeys(name[:60] for name in names))
    assert names_in("، ".join(names)) == wanted
