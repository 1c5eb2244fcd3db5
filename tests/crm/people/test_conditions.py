"""What contacts are filtered by: found by an index, however many there are and however few are meant."""

from typing import Any

from crm.models import Contact
from kernel.registry import registry


def indexed_columns(model: Any) -> set[str]:
    """Columns that stand in some index of the table, be it behind others."""
    found = {field.attname for field in model._meta.fields if field.db_index or field.unique}
    for index in model._meta.indexes:
        found |= {model._meta.get_field(name.lstrip("-")).attname for name in index.fields}
        found |= {str(getattr(part, "name", "")) for one in index.expressions for part in one.flatten()}
    return found


def test_every_condition_on_contacts_has_an_index() -> None:
    contact = registry.entity("contact")
    asked = {field.column for field in contact.filter_fields if field not in contact.asides}
    assert "birthday" in asked
    assert asked - indexed_columns(Contact) == set()
