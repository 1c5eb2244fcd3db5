"""Addresses, in step with the place that a record's own columns name."""

from collections.abc import Sequence
from typing import Any, Final

from crm.models import Address
from crm.models.choices import Place
from crm.services.mirror import locked, parts_of, settle_primary, wholes_of, write_columns
from kernel.access import Actor
from kernel.copying import insert_records
from kernel.places import HOME, country_code, country_name
from kernel.write import Change

_WATCHED: Final = {"account": frozenset({"city", "country", "address"}), "contact": frozenset({"city"})}


def after_addresses(verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    """Addresses were written: one is primary, and its place stands in the record too."""
    wholes = wholes_of(changes)
    records = locked(wholes)
    fresh = {c.record.pk for c in changes if c.record.is_primary and (verb != "changed" or "is_primary" in c.diff)}
    found = parts_of(Address, wholes)
    values = {}
    for whole, record in records.items():
        primary = settle_primary(found.get(whole, []), fresh)
        values[whole] = _columns(whole[0], primary, record)
    flags = {row.pk: row.is_primary for rows in found.values() for row in rows}
    for change in changes:
        change.record.is_primary = flags.get(change.record.pk, change.record.is_primary)
    write_columns(values, records, actor=actor)


def _columns(entity: str, primary: Any, record: Any) -> dict[str, str]:
    if entity == "contact":
        return {"city": primary.city if primary else ""}
    if primary is None:
        return {"city": "", "address": ""}
    country = country_name(primary.country) if primary.country else record.country
    # What means the same country is left as it was written.
    same = primary.country == country_code(record.country)
    return {"city": primary.city, "address": primary.street, "country": record.country if same else country}


def mirror_place(entity: str, verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    """The record's own columns were written: its primary address follows. A city alone makes no address."""
    if verb == "created" and entity == "account":
        insert_records(Address, [_address(c.record, actor) for c in changes if _street(c.record)])
    if verb != "changed":
        return
    written = [c for c in changes if c.diff.keys() & _WATCHED[entity]]
    if not written:
        return
    found = parts_of(Address, {(entity, c.record.pk) for c in written})
    made = []
    for change in written:
        primary = next((row for row in found.get((entity, change.record.pk), []) if row.is_primary), None)
        if primary:
            _move(entity, change.record, primary)
        elif entity == "account" and "address" in change.diff and _street(change.record):
            made.append(_address(change.record, actor))
    insert_records(Address, made)


def _street(record: Any) -> str:
    return " ".join(record.address.split())[:300]


def _address(record: Any, actor: Actor) -> Address:
    return Address(
        account_id=record.pk, label=Place.HEAD_OFFICE, street=_street(record), city=record.city, is_primary=True,
        country=country_code(record.country), created_by_id=actor.user_id,
    )  # fmt: skip


def _move(entity: str, record: Any, primary: Any) -> None:
    values: dict[str, Any] = {"city": record.city, "version": primary.version + 1}
    if entity == "account":
        values["country"] = country_code(record.country) or primary.country
        values["street"] = _street(record) or primary.street
    if values["city"] != primary.city or values.get("country", HOME) != HOME:
        values["province"] = ""  # of the city that was
    Address.objects.filter(pk=primary.pk).update(**values)
