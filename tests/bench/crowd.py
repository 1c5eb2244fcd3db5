"""A workspace with many records, written set-based and analysed as the server does on its own after a while."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Model

from crm.models import Account, Contact
from identity.models import User
from kernel.context import Tenant, public_context, tenant_context
from kernel.copying import insert_records
from modules.sfa.models import Deal, Product, Stage
from tenants import sql
from tests.bench.measure import progress
from tests.bench.sizes import Size
from tests.factories import make_cast, make_workspace

_FIRST = ("Sara", "Mina", "Nima", "Reza", "Olga", "John", "Ana", "Lars", "مریم", "علی", "زهرا", "حسین", "نگار", "امیر")
_LAST = ("Ahmadi", "Karimi", "Petrova", "Smith", "Hansen", "Weber", "رضایی", "محمدی", "کریمی", "جعفری", "پورحسینی")
_WORDS = ("Steel", "Foods", "Logistics", "Pharma", "Textile", "Software", "پتروشیمی", "سیمان", "صنایع", "تجارت", "چاپ")
_CITIES = ("Tehran", "Isfahan", "Shiraz", "Oslo", "Hamburg", "تبریز")
_CHUNK = 10_000
_AUDIT = """
INSERT INTO kernel_audit
  (id, at, actor_id, actor_label, source, request_id, action, entity, record_id, record_label, changes)
SELECT id, created_at, owner_id, 'Import', 'import', '', 'created', %s, id, name, '{}' FROM """


@dataclass(frozen=True)
class Crowd:
    tenant: Tenant
    admin: User
    #: Sees what is her own, one record in twenty.
    member: User
    stage: Stage
    mid_contact: Contact
    deal: Deal
    account: Account


def make_crowd(size: Size) -> Crowd:
    organization, sara = make_workspace()
    cast = make_cast(organization, sara)
    tenant = organization.as_tenant()
    with tenant_context(tenant):
        with transaction.atomic():
            owners = [cast.nima, *colleagues(cast.nima.role_id)]
            stages = list(Stage.objects.order_by("position"))
            products = [Product(name=f"Product {n}", code=f"P{n:03d}", currency="EUR") for n in range(40)]
            insert_records(Product, products)
        accounts = _write(Account, (_account(n, owners) for n in range(size.accounts)))
        contacts = _write(Contact, (_contact(n, owners, accounts) for n in range(size.contacts)))
        deals = _write(Deal, (_deal(n, owners, contacts, stages, products) for n in range(size.deals)))
        with transaction.atomic():
            for model, entity in ((Account, "account"), (Contact, "contact"), (Deal, "deal")):
                sql.run(_AUDIT + model._meta.db_table, [entity])
        by_name = sorted(contacts[:: max(1, len(contacts) // 100)], key=lambda contact: contact.name)
    with public_context():
        for table in ("crm_account", "crm_contact", "sfa_deal", "sfa_product", "kernel_audit"):
            sql.run(f'VACUUM ANALYZE "{tenant.schema}".{table}')
    middle = deals[len(deals) // 40 * 20]  # the member's own
    return Crowd(tenant, sara, cast.nima, stages[1], by_name[len(by_name) // 2], middle, accounts[0])


def colleagues(role_id: Any) -> list[User]:
    people = [
        User(name=f"Colleague {n}", email=f"colleague{n}@example.com", state=User.State.ACTIVE, role_id=role_id)
        for n in range(19)
    ]
    for person in people:
        person.set_unusable_password()
    User.objects.bulk_create(people)
    return people


def _write(model: type[Model], records: Iterator[Any]) -> list[Any]:
    progress(f"… {model._meta.db_table}")
    written: list[Any] = []
    while chunk := list(islice(records, _CHUNK)):
        with transaction.atomic():
            insert_records(model, chunk)
        written += chunk
    return written


def _account(n: int, owners: list[User]) -> Account:
    return Account(
        name=f"{_LAST[n * 7 % 11]} {_WORDS[n % 11]} {n}", sector=_WORDS[n % 11], city=_CITIES[n % 6],
        owner=owners[n % 20], phone=f"+98212{n:07d}", employees=n % 900, country="Iran",
    )  # fmt: skip


def _contact(n: int, owners: list[User], accounts: list[Account]) -> Contact:
    first, last = _FIRST[n % 14], f"{_LAST[n // 14 % 11]}{chr(97 + n // 154 % 26)}{chr(97 + n // 4004 % 26)}"
    return Contact(
        first_name=first, last_name=last, name=f"{first} {last}", email=f"person{n}@example.com", city=_CITIES[n % 6],
        mobile=f"+98912{n:07d}", account=accounts[n % len(accounts)], owner=owners[n % 20], job_title="Buyer",
    )  # fmt: skip


def _deal(n: int, owners: list[User], contacts: list[Contact], stages: list[Stage], products: list[Product]) -> Deal:
    contact, stage = contacts[n % len(contacts)], stages[n % len(stages)]
    return Deal(
        name=f"{contact.account} – {products[n % 40].name}", reference=f"D{n:07d}", account_id=contact.account_id,
        contact=contact, product=products[n % 40], owner=owners[n % 20], stage=stage, pipeline_id=stage.pipeline_id,
        kind=stage.kind, probability=stage.probability, amount=Decimal(n % 9000), currency="EUR",
        close_date=date(2026, 1, 1) + timedelta(n % 700), next_step="Call" if n % 3 else "",
    )  # fmt: skip
