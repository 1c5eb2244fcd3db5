"""System checks that refuse a broken engine before it serves anybody."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error
from django.core.checks import register as register_check
from django.utils.module_loading import import_string

from kernel.registry.book import Registry, registry
from kernel.registry.entities import ACTIONS, LEVELS, Entity
from kernel.registry.fields import KINDS
from kernel.registry.manifest import Module


def register() -> None:
    register_check(check_engines, "engines")


def check_engines(app_configs: Any = None, *, book: Registry = registry, **_: Any) -> list[Error]:
    """Names that lead nowhere, permissions nobody declared, events nobody publishes, circular dependencies."""
    problems: list[Error] = []
    for module in book.modules:
        problems += _check_module(book, module)
        for entity in module.entities:
            problems += _check_entity(book, entity)
    return problems + list(_cycles(book))


def _error(number: str, message: str) -> Error:
    return Error(message, id=f"peyvand.{number}")


def _check_module(book: Registry, module: Module) -> Iterator[Error]:
    known = {m.name for m in book.modules}
    codes = book.permissions
    events = {event for m in book.modules for event in m.publishes}
    events |= {f"{e.engine}.{e.name}_{verb}" for e in book.entities for verb in RECORD_EVENTS}
    for needed in module.depends:
        if needed not in known:
            yield _error("E001", f"Engine {module.name!r} depends on {needed!r}, which is not installed.")
    for asked in (*(item.permission for item in module.nav), *(page.permission for page in module.settings_pages)):
        if asked and asked not in codes:
            yield _error("E002", f"Engine {module.name!r} asks for the undeclared permission {asked!r}.")
    for event in module.hears:
        if event not in events:
            yield _error("E005", f"Engine {module.name!r} hears {event!r}, which nobody publishes.")
    yield from _check_own_names(module)
    if unknown := sorted(module.reading_jobs - set(module.jobs)):
        yield _error("E007", f"Engine {module.name!r} says of jobs it does not have that they only read: {unknown}.")
    for path in (*module.hears.values(), *module.jobs.values(), module.on_enable, module.on_demo):
        yield from _importable(path, f"engine {module.name!r}")


def _check_own_names(module: Module) -> Iterator[Error]:
    for permission in module.permissions:
        if not permission.code.startswith(f"{module.name}."):
            yield _error("E003", f"Permission {permission.code!r} must begin with {module.name!r}.")
        if bad := set(permission.levels.values()) - set(LEVELS):
            yield _error("E004", f"Permission {permission.code!r} has unknown levels {sorted(bad)}.")
    for event in module.publishes:
        if not event.startswith(f"{module.name}."):
            yield _error("E006", f"Event {event!r} must begin with {module.name!r}.")


RECORD_EVENTS = ("created", "changed", "deleted", "restored", "imported", "shared", "unshared")


def _check_entity(book: Registry, entity: Entity) -> Iterator[Error]:
    where = f"entity {entity.name!r}"
    try:
        fields = entity.all_fields
    except Exception as error:
        yield _error("E010", f"{where}: {error}")
        return
    named = [*entity.columns, *entity.filters, *entity.glance, *entity.match, *entity.search_fields, entity.title]
    named += [name for listed in entity.listed_by for name in (listed.field, *listed.columns)]
    named += [name for section in entity.layout for name in section.fields]
    named += [entity.board.lane, *entity.board.card] if entity.board else []
    named += [entity.owner] if entity.owner else []
    named += [*entity.within, *(entity.hangs_on or ())]
    for name in named:
        if name not in fields:
            yield _error("E011", f"{where} names the field {name!r}, which it does not have.")
    if entity.sort.lstrip("-") not in fields:
        yield _error("E011", f"{where} sorts by {entity.sort!r}, which it does not have.")
    for field in fields.values():
        if field.kind not in KINDS:
            yield _error("E012", f"{where}.{field.name} has the unknown kind {field.kind!r}.")
        if field.kind == "relation" and field.target not in {e.name for e in book.entities}:
            yield _error("E013", f"{where}.{field.name} points to {field.target!r}, which is no entity.")
        if field.kind != "relation" and field.name in {listed.field for listed in entity.listed_by}:
            yield _error("E016", f"{where} is listed by {field.name!r}, which is no relation.")
        if field.kind == "money" and field.currency not in fields:
            yield _error("E014", f"{where}.{field.name} is money without a currency field.")
    for role, actions in entity.levels.items():
        if set(actions) - set(ACTIONS) or set(actions.values()) - set(LEVELS):
            yield _error("E015", f"{where}: the levels of {role!r} name an unknown action or level.")
    for path in (
        entity.prepare,
        entity.before_delete,
        entity.events,
        entity.after,
        *(path for aside in entity.asides for path in (aside.asks, aside.reads, aside.cleans, aside.sets)),
    ):
        yield from _importable(path, where)


def _importable(path: str, where: str) -> Iterator[Error]:
    if not path:
        return
    try:
        import_string(path)
    except ImportError as error:
        yield _error("E020", f"{where}: {path!r} cannot be imported ({error}).")


def _cycles(book: Registry) -> Iterator[Error]:
    needs = {module.name: module.depends for module in book.modules}

    def reaches(name: str, goal: str, seen: frozenset[str] = frozenset()) -> bool:
        return any(n == goal or (n not in seen and reaches(n, goal, seen | {n})) for n in needs.get(name, ()))

    for name, through in needs.items():
        if reaches(name, name):
            yield _error("E021", f"Engine {name!r} depends on itself, through {through}.")
