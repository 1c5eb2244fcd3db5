"""The demo's own staff, and the key they all use on a machine of one's own."""

from dataclasses import dataclass

PASSWORD = "peyvand-demo-1405"  # noqa: S105 — demo data on a developer's machine; seed_demo refuses production


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    role: str
    team: str
    title: str


@dataclass(frozen=True)
class Words:
    """What one language's workspace is filled from."""

    organization: str
    subdomain: str
    language: str
    currency: str
    #: Amounts are drawn in this unit, so that they look like amounts people write.
    unit: int
    country: str
    staff: tuple[Person, ...]
    teams: tuple[tuple[str, str, str], ...]  # name, region, e-mail of who leads it
    sectors: tuple[tuple[str, str], ...]  # sector, pattern of a company's name
    names: tuple[str, ...]  # proper names of companies
    latin: tuple[str, ...]  # the same for e-mail and web addresses
    cities: tuple[str, ...]
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    titles: tuple[str, ...]
    products: tuple[tuple[str, str, str, int], ...]  # name, code, series, price in units
    next_steps: tuple[str, ...]
    lost_reasons: tuple[str, ...]
    notes: tuple[str, ...]
    phone: str
    mobile: str
