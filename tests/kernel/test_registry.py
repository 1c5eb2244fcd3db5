"""A broken engine is refused before it serves anybody."""

from dataclasses import replace

import pytest

from kernel.registry import DuplicateName, F, Module, NavItem, Permission, Registry, registry
from kernel.registry.checks import check_engines

ACCOUNT = registry.entity("account")
USER, TEAM = registry.module("identity"), registry.module("crm")


def book(*modules: Module) -> Registry:
    made = Registry()
    for module in modules:
        made.register(module)
    return made


def codes(*modules: Module) -> set[str]:
    return {str(problem.id) for problem in check_engines(book=book(USER, TEAM, *modules))}


def engine(**values: object) -> Module:
    return Module(**{"name": "x", "app": "x", "label": "X", **values})  # type: ignore[arg-type] # made up for the test


def test_what_is_installed_is_sound() -> None:
    assert check_engines() == []


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(DuplicateName):
        book(engine(), engine())
    with pytest.raises(DuplicateName):
        book(TEAM, engine(entities=(ACCOUNT,)))


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("peyvand.E001", engine(depends=("nowhere",))),
        ("peyvand.E002", engine(nav=(NavItem("A", "x:a", permission="x.a.view"),))),
        ("peyvand.E003", engine(permissions=(Permission("y.a.do", "A"),))),
        ("peyvand.E004", engine(permissions=(Permission("x.a.do", "A", {"manager": "some"}),))),
        ("peyvand.E005", engine(hears={"x.never_published": "kernel.events.publish"})),
        ("peyvand.E006", engine(publishes=("y.happened",))),
        ("peyvand.E020", engine(jobs={"x.job": "x.jobs.missing"})),
        ("peyvand.E011", engine(entities=(replace(ACCOUNT, name="a", plural="as", columns=("nothing",)),))),
        ("peyvand.E010", engine(entities=(replace(ACCOUNT, name="a", plural="as", fields=("nothing",)),))),
        (
            "peyvand.E014",
            engine(entities=(replace(ACCOUNT, name="a", plural="as", fields=(F("revenue", kind="money"),)),)),
        ),
        ("peyvand.E021", engine(depends=("x",))),
    ],
)
def test_dead_names_are_found(code: str, module: Module) -> None:
    assert code in codes(module)
