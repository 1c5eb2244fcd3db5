"""A deal as a formula sees it, without a database."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kernel.formula import Known, Result, Scope, Setting, build, type_of_kind

NOW = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)  # in Tehran it is the 28th already
TEHRAN = Setting("fa", "jalali", "Asia/Tehran")


def known(name: str, kind: str, label: str = "", **extra: Any) -> Known:
    target = extra.pop("target", "")
    return Known(name, label or name.replace("_", " "), type_of_kind(kind, **extra), kind, target)


def make_scope() -> Scope:
    account = [
        known("name", "text"),
        known("city", "text", "شهر"),
        known("currency", "text"),
        known("x_budget", "money", currency="currency"),
    ]
    kinds = (("won", "Successful"), ("lost", "ازدست‌رفته"))
    deal = [
        known("name", "text"),
        known("amount", "money", "مبلغ", currency="currency"),
        known("currency", "text"),
        known("x_discount", "percent"),
        known("n", "integer"),
        known("d", "decimal"),
        known("kind", "choice", choices=kinds),
        known("close_date", "date"),
        known("created_at", "datetime"),
        known("ok", "bool"),
        known("note", "longtext"),
        known("account", "relation", "حساب مشتری", target="account"),
        known("parent", "relation"),
    ]
    beyond = {"account": Scope({one.name: one for one in account})}
    return Scope({one.name: one for one in deal}, beyond.get)


VALUES: dict[str, Any] = {
    "name": "Sara کتاب",
    "amount": Decimal(200),
    "currency": "EUR",
    "x_discount": Decimal(10),
    "n": 3,
    "kind": "won",
    "close_date": date(2026, 11, 25),
    "created_at": NOW,
    "ok": True,
    "account": "1",
    "account.city": "تهران",
    "account.x_budget": Decimal(50),
    "account.currency": "EUR",
    "d": Decimal("2.5"),
}


@pytest.fixture
def scope() -> Scope:
    return make_scope()


@pytest.fixture
def result(scope: Scope) -> Callable[..., Result]:
    def run(source: str, **values: Any) -> Result:
        return build(source, scope, TEHRAN).evaluate({**VALUES, **values}, NOW)

    return run
