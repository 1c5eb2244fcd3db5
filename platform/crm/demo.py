"""The customer base's part of a demo workspace: an object of the organization's own, with fields that work for it."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language

from crm.customization.derived import define_formula, define_rollup
from crm.customization.objects import define_object
from crm.customization.relations import define_relation
from crm.customization.services import define_field
from kernel.access import Actor
from kernel.records import bulk_update, upsert_records
from kernel.registry import registry

PROJECT: Final = "x_project"
PROJECTS: Final = 24
#: Every name in both languages, since the next person may read the other.
SAID: Final[dict[str, tuple[str, str]]] = {
    "project": ("Project", "پروژه"), "projects": ("Projects", "پروژه‌ها"), "title": ("Project title", "عنوان پروژه"),
    "status": ("Status", "وضعیت"), "planned": ("Planned", "برنامه‌ریزی"), "running": ("Running", "در حال اجرا"),
    "done": ("Done", "پایان‌یافته"), "start": ("Start", "شروع"), "handover": ("Handover", "تحویل"),
    "budget": ("Budget", "بودجه"), "spent": ("Spent", "هزینه‌شده"), "left": ("Left of the budget", "ماندهٔ بودجه"),
    "customer": ("Customer", "کارفرما"), "lead": ("Lead", "مدیر پروژه"),
    "list": ("Their projects", "پروژه‌های این مشتری"),
    "sum": ("Budgets of their projects", "بودجهٔ پروژه‌ها"), "count": ("Number of projects", "تعداد پروژه‌ها"),
    "interests": ("Interests", "علاقه‌مندی‌ها"), "newsletter": ("Newsletter", "خبرنامه"),
    "events": ("Events", "رویدادها"), "training": ("Training", "آموزش"),
}  # fmt: skip
TITLES: Final = {
    "en": (
        "Pump station {}", "Cooling circuit {}", "Refit of plant {}", "Fire water {}", "Well field {}", "Retrofit {}",
    ),
    "fa": ("ایستگاه پمپاژ {}", "مدار خنک‌کاری {}", "بازسازی کارخانهٔ {}", "آب آتش‌نشانی {}", "میدان چاه {}", "نوسازی {}"),
}  # fmt: skip


def said(key: str) -> dict[str, str]:
    return dict(zip(("en", "fa"), SAID[key], strict=True))


def fill_demo(*, actor: Actor) -> None:
    """Projects of the demo's customers, and what their people care about."""
    _define(actor)
    _projects(actor)
    _interests(actor)


def _choices(*names: tuple[str, str]) -> dict[str, Any]:
    return {"choices": [{"key": key, "label": said(key), "colour": colour} for key, colour in names]}


def _define(actor: Actor) -> None:
    define_object(
        actor=actor, name=PROJECT, label=said("project"), label_plural=said("projects"), title_label=said("title"),
        icon="rocket",
    )  # fmt: skip
    states = _choices(("planned", "grey"), ("running", "teal"), ("done", "green"))
    define_field(
        actor=actor, entity=PROJECT, name="x_status", kind="choice", label=said("status"), options=states,
        default="planned",
    )  # fmt: skip
    define_relation(
        actor=actor, entity=PROJECT, target="account", name="x_customer", label=said("customer"),
        list_label=said("list"),
    )  # fmt: skip
    for name, kind in (("start", "date"), ("handover", "date"), ("budget", "money"), ("spent", "money"),
                       ("lead", "person")):  # fmt: skip
        define_field(actor=actor, entity=PROJECT, name=f"x_{name}", kind=kind, label=said(name))
    define_formula(
        actor=actor, entity=PROJECT, name="x_left", label=said("left"), source="{x_budget} - COALESCE({x_spent}, 0)"
    )
    for name, how, of in (("sum", "sum", "x_budget"), ("count", "count", "")):
        define_rollup(
            actor=actor, entity="account", name=f"x_projects_{name}", label=said(name), child=PROJECT,
            relation="x_customer", how=how, of=of,
        )  # fmt: skip
    define_field(
        actor=actor, entity="contact", name="x_interests", kind="multichoice", label=said("interests"),
        options=_choices(("newsletter", "blue"), ("events", "purple"), ("training", "amber")),
    )  # fmt: skip


def _projects(actor: Actor) -> None:
    """One seed, so that everybody looks at the same demo; dates lie around the day it is made."""
    dice, today = random.Random(1405), timezone.localdate()  # noqa: S311 — demo data, not a secret
    titles = TITLES["fa" if (get_language() or "").startswith("fa") else "en"]
    accounts = list(registry.entity("account").records().exclude(kind="household").order_by("pk")[:PROJECTS])
    rows = []
    for number, account in enumerate(accounts):
        state = ("running", "planned", "done")[number % 3]
        start = today + timedelta({"planned": 20, "running": -60, "done": -300}[state] + dice.randrange(0, 30))
        budget = Decimal(account.revenue or 1000) / 20
        spent = (
            budget * {"planned": 0, "running": dice.randrange(10, 120), "done": dice.randrange(70, 110)}[state] / 100
        )
        rows.append({
            "name": titles[number % len(titles)].format(account.city or number + 1), "x_status": state,
            "x_customer": account, "x_start": start, "x_handover": start + timedelta(dice.randrange(60, 200)),
            "x_budget": budget.quantize(Decimal(1)), "x_spent": spent.quantize(Decimal(1)), "x_lead": account.owner,
            "owner": account.owner,
        })  # fmt: skip
    results = upsert_records(PROJECT, rows, actor=actor, match=())
    if refused := [result.problems for result in results if result.kind != "made"]:
        raise RuntimeError(f"The demo's projects were refused: {refused[0]}")


def _interests(actor: Actor) -> None:
    keys = ("newsletter", "events", "training")
    contacts = list(registry.entity("contact").records().order_by("pk").values_list("pk", flat=True)[:90])
    for number in range(3):
        wish = [keys[number], keys[(number + 1) % 3]] if number else [keys[0]]
        bulk_update("contact", contacts[number::3], actor=actor, values={"x_interests": wish})
