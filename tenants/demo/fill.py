"""Filling a demo workspace through the same doors as everybody: by entity name, with audit and events."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import override

from identity.models import Role, Team, User
from identity.services.emails import set_primary_email
from kernel.access import Actor, system_actor
from kernel.context import public_context, tenant_context
from kernel.records import upsert_records
from kernel.registry import registry
from tenants.demo.customers import Lives
from tenants.demo.people import PASSWORD, Words
from tenants.models import Organization
from tenants.services.engines import enable_engine
from tenants.services.workspaces import create_workspace

DEALS, CONTACTS = 300, 150


@transaction.atomic
def seed_workspace(words: Words) -> Organization:
    """The demo of one language; there already, it is left as it is."""
    with public_context():
        found: Organization | None = Organization.objects.filter(subdomain=words.subdomain).first()
    if found is not None:
        return found
    actor, admin = system_actor("demo"), words.staff[0]
    organization, _admin = create_workspace(
        actor=actor, organization=words.organization, subdomain=words.subdomain, language=words.language,
        admin_name=admin.name, admin_email=admin.email, password=PASSWORD,
    )  # fmt: skip
    with tenant_context(organization.as_tenant()):
        organization = enable_engine(actor=actor, name="sfa")
    with tenant_context(organization.as_tenant()), override(words.language):
        _Filling(words, actor).run()
    return organization


class _Filling:
    """One seed, so that everybody looks at the same demo; dates lie around the day it is made."""

    def __init__(self, words: Words, actor: Actor) -> None:
        self.words, self.actor = words, actor
        self.dice = random.Random(1405)  # noqa: S311 — demo data, not a secret
        self.today = timezone.localdate()

    def run(self) -> None:
        sellers = self.staff()
        products = self.make("product", [self.product(row) for row in self.words.products])
        accounts = self.make("account", [self.account(number, sellers) for number in range(60)])
        contacts = self.make("contact", [self.contact(number, accounts) for number in range(CONTACTS)])
        lives = Lives(self.words.language, self.dice, self.make, self.actor)
        lives.fill(accounts, contacts, products)
        deals = self.make("deal", [self.deal(number, accounts, contacts, products) for number in range(DEALS)])
        # They were closed on the day they say, not today.
        closed = type(deals[0])._default_manager.filter(closed_at__isnull=False)
        closed.update(closed_at=F("close_date"))
        lives.tiers(accounts)
        for module in registry.modules:
            if module.on_demo:
                import_string(module.on_demo)(actor=self.actor)

    def make(self, entity: str, rows: list[dict[str, Any]]) -> list[Any]:
        results = upsert_records(entity, rows, actor=self.actor, match=())
        if refused := [result.problems for result in results if result.kind != "made"]:
            raise RuntimeError(f"The demo's {entity} rows were refused: {refused[0]}")
        known = registry.entity(entity).model_class._default_manager.in_bulk([result.id for result in results])
        return [known[result.id] for result in results]

    def staff(self) -> list[User]:
        """People and teams; the sellers are returned."""
        teams = {name: Team.objects.create(name=name, region=region) for name, region, _lead in self.words.teams}
        top = teams[self.words.teams[0][0]]
        people: dict[str, User] = {}
        secret = make_password(PASSWORD)  # once: hashing is slow on purpose
        for person in self.words.staff:
            user = User.objects.filter(email=person.email).first() or User(email=person.email)
            user.name, user.title, user.team = person.name, person.title, teams[person.team]
            user.state, user.role = User.State.ACTIVE, Role.objects.get(key=person.role)
            user.password = secret
            user.save()
            set_primary_email(user, person.email, verified=True)
            people[person.email] = user
        for name, _region, lead in self.words.teams:
            team = teams[name]
            team.manager, team.parent = people[lead], None if team is top else top
            team.save(update_fields=["manager", "parent"])
        return [people[p.email] for p in self.words.staff if p.role in ("manager", "member")]

    def product(self, row: tuple[str, str, str, int]) -> dict[str, Any]:
        name, code, series, price = row
        amount = Decimal(price * self.words.unit)
        return {"name": name, "code": code, "series": series, "unit_price": amount, "currency": self.words.currency}

    def account(self, number: int, sellers: list[User]) -> dict[str, Any]:
        words, dice = self.words, self.dice
        sector, pattern = words.sectors[number % len(words.sectors)]
        index = number // len(words.sectors) % len(words.names)
        site = f"{words.latin[index]}-{number % len(words.sectors) + 1}.example"
        return {
            "name": pattern.format(words.names[index]), "sector": sector, "owner": dice.choice(sellers),
            "city": dice.choice(words.cities), "country": words.country, "website": f"https://www.{site}",
            "email": f"info@{site}", "phone": words.phone.format(dice.randrange(1000)),
            "address": f"{dice.choice(words.streets)} {dice.randrange(1, 140)}",
            "employees": dice.choice((12, 35, 60, 90, 140, 220, 400, 850)),
            "year_established": dice.randrange(1961, 2019),
            "revenue": Decimal(dice.randrange(20, 900) * 1000 * words.unit // 10),
        }  # fmt: skip

    def contact(self, number: int, accounts: list[Any]) -> dict[str, Any]:
        words, dice = self.words, self.dice
        account = accounts[number % len(accounts)]
        first = words.first_names[number % len(words.first_names)]
        last = words.last_names[(number * 7 + number // 20) % len(words.last_names)]
        return {
            "first_name": first, "last_name": last, "account": account, "job_title": dice.choice(words.titles),
            "email": f"person{number + 1}@{account.email.partition('@')[2]}", "city": account.city,
            "mobile": words.mobile.format(number + 1), "owner": account.owner,
            "preferred_channel": dice.choice(("phone", "email", "email", "sms")),
        }  # fmt: skip

    def deal(self, number: int, accounts: list[Any], contacts: list[Any], products: list[Any]) -> dict[str, Any]:
        words, dice = self.words, self.dice
        account, product, stage = dice.choice(accounts), dice.choice(products), self.stage()
        people = [contact for contact in contacts if contact.account_id == account.pk]
        opened, closes = self.dates(stage.kind)
        row: dict[str, Any] = {
            "reference": f"{'D' if words.language == 'en' else 'F'}-{number + 1:04}", "account": account,
            "contact": dice.choice(people) if people else None, "product": product, "stage": stage,
            "pipeline": stage.pipeline, "currency": words.currency, "owner": account.owner,
            "amount": product.unit_price * dice.choice((1, 1, 2, 2, 3, 4, 6, 10)),
            "opened_on": opened, "close_date": closes, "description": dice.choice(words.notes),
            "next_step": dice.choice(words.next_steps) if stage.kind == "open" else "",
        }  # fmt: skip
        if stage.kind == "lost":
            row["lost_reason"] = dice.choice(words.lost_reasons)
        return row

    def stage(self) -> Any:
        stages: list[Any] = list(registry.entity("stage").model_class._default_manager.order_by("position"))
        weights = {"prospecting": 14, "engaging": 14, "proposal": 14, "negotiation": 10, "won": 32, "lost": 16}
        return self.dice.choices(stages, [weights.get(stage.key, 5) for stage in stages])[0]

    def dates(self, kind: str) -> tuple[date, date]:
        """Open deals close around today, some of them late; closed ones lie in the past year."""
        if kind == "open":
            opened, closes = self.dice.randrange(3, 120), self.dice.randrange(-15, 90)
            return self.today - timedelta(opened), self.today + timedelta(closes)
        closed = self.today - timedelta(self.dice.randrange(1, 330))
        return closed - timedelta(self.dice.randrange(10, 120)), closed
