"""Every name a workspace may not have, with the reason that is told."""

import pytest

from tenants.subdomains import RESERVED, normal, problem_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "required"),
        ("ab", "length"),
        ("a" * 41, "length"),
        ("acme_corp", "underscore"),
        ("_acme", "underscore"),
        ("acme.com", "has_dot"),
        ("acme.", "has_dot"),
        ("-acme", "edge_hyphen"),
        ("acme-", "edge_hyphen"),
        ("ac--me", "double_hyphen"),
        ("xn--mgbh0fb", "idn"),
        ("xn--acme", "idn"),
        ("پیوند", "idn"),
        ("müller", "idn"),
        ("аcme", "idn"),  # the first letter is Cyrillic
        ("acme corp", "characters"),
        ("acme/..", "has_dot"),
        ("acme'--", "characters"),
        ("acme\x00x", "characters"),
        ("acme\n", "characters"),
        ("12345", "digits_only"),
        ("www", "reserved"),
        ("api", "reserved"),
        ("console", "reserved"),
        ("admin", "reserved"),
        ("mail", "reserved"),
        ("demo", "reserved"),
    ],
)
def test_a_name_that_cannot_be(name: str, code: str) -> None:
    problem = problem_of(name)
    assert problem is not None
    assert problem.code == code
    assert str(problem)


@pytest.mark.parametrize("name", ["acme", "a1b", "a-b-c", "alborz-pumps", "3com", "a" * 40])
def test_a_name_that_can(name: str) -> None:
    assert problem_of(name) is None


def test_capitals_and_space_around_do_not_matter() -> None:
    assert normal("  ACME ") == "acme"


def test_reserved_names_are_names_that_could_be_asked_for() -> None:
    for name in RESERVED:
        problem = problem_of(name)
        assert getattr(problem, "code", "") in ("reserved", "length"), name
