"""What makes the demo's customers look lived with: groups, households, ties, dates, products held, tags, tiers."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from django.utils import timezone

from kernel import formats
from kernel.access import Actor
from kernel.records import bulk_update
from kernel.registry import registry

Make = Callable[[str, list[dict[str, Any]]], list[Any]]

WORDS: Final[dict[str, dict[str, Any]]] = {
    "en": {
        "household": "The {} household", "branch": "{} depot", "home": "{} Garden Lane", "other": "Hydra Pumps",
        "tags": (("Key account", "blue"), ("Reference", "green"), ("Watch", "amber"), ("Trade fair", "teal")),
        "won": "Deals won in 12 months", "won_text": "{sum} in {n} deals", "open": "Open deals", "size": "Size",
        "size_text": "{n} employees", "note": "Signs every order above the limit",
    },
    "fa": {
        "household": "خانوار {}", "branch": "انبار {}", "home": "کوچهٔ {}", "other": "پمپ هیدرا",
        "tags": (("مشتری کلیدی", "blue"), ("مرجع", "green"), ("زیر نظر", "amber"), ("نمایشگاه", "teal")),
        "won": "فروش موفق ۱۲ ماه", "won_text": "{sum} در {n} فرصت", "open": "فرصت‌های باز", "size": "اندازه",
        "size_text": "{n} کارمند", "note": "سفارش‌های بزرگ را امضا می‌کند",
    },
}  # fmt: skip
INDUSTRIES: Final = ("mining", "food", "oil_gas", "water", "agriculture", "construction")
PROVINCES: Final = ("tehran", "alborz", "gilan", "east_azerbaijan", "isfahan", "fars", "khuzestan", "hormozgan")


class Lives:
    """Filled through the same doors as everything else, from the demo's own dice."""

    def __init__(self, language: str, dice: random.Random, make: Make, actor: Actor) -> None:
        self.words, self.language, self.dice, self.make, self.actor = WORDS[language], language, dice, make, actor
        self.today = timezone.localdate()

    def fill(self, accounts: Sequence[Any], contacts: Sequence[Any], products: Sequence[Any]) -> None:
        self.groups(accounts)
        homes = self.households(contacts)
        self.reach(accounts, contacts)
        self.ties(accounts, contacts, homes)
        self.events(accounts, contacts)
        self.holdings(accounts, products)
        self.tags(accounts)

    def groups(self, accounts: Sequence[Any]) -> None:
        """Every tenth account heads a group of the next four; all have an industry."""
        for start in range(0, len(accounts), 10):
            below = [a.pk for a in accounts[start + 1 : start + 5]]
            bulk_update("account", below, actor=self.actor, values={"parent": accounts[start]})
        for number, industry in enumerate(INDUSTRIES):
            same = [a.pk for a in accounts[number :: len(INDUSTRIES)]]
            bulk_update("account", same, actor=self.actor, values={"industry": industry})

    def households(self, contacts: Sequence[Any]) -> list[Any]:
        heads = contacts[: 12 * 3 : 3]
        rows = [{"name": self.words["household"].format(c.last_name), "kind": "household", "city": c.city,
                 "owner": c.owner} for c in heads[:4]]  # fmt: skip
        homes = self.make("account", rows)
        for home, head, other in zip(homes, heads[:4], heads[4:8], strict=True):
            bulk_update("contact", [head.pk, other.pk], actor=self.actor, values={"household": home})
        return list(zip(heads[:4], heads[4:8], strict=True))

    def reach(self, accounts: Sequence[Any], contacts: Sequence[Any]) -> None:
        domains = [c.email.partition("@")[2] for c in contacts]
        points = [{"contact": c, "kind": "email", "label": "home", "value": f"home{n}@mail.example"}
                  for n, c in enumerate(contacts[:40])]  # fmt: skip
        points += [{"account": a, "kind": "email", "label": "billing", "value": f"billing@{domains[n]}"}
                   for n, a in enumerate(accounts[:30])]  # fmt: skip
        self.make("contact_point", points)
        self.make("address", [
            {"account": a, "label": "branch", "street": self.words["branch"].format(a.city), "city": a.city,
             **({"country": "IR", "province": self.dice.choice(PROVINCES)} if self.language == "fa" else {})}
            for a in accounts[:30]
        ])  # fmt: skip

    def ties(self, accounts: Sequence[Any], contacts: Sequence[Any], homes: Sequence[tuple[Any, Any]]) -> None:
        model: Any = registry.entity("relationship_role").model_class
        roles = {role.key: role for role in model._default_manager.all()}
        rows: list[dict[str, Any]] = []
        for number, account in enumerate(accounts[:40]):
            people = [c for c in contacts if c.account_id == account.pk]
            for key, person in zip(("decision_maker", "influencer", "technical"), people, strict=False):
                since = self.today - timedelta(self.dice.randrange(100, 1500))
                note = self.words["note"] if key == "decision_maker" and number % 3 == 0 else ""
                rows.append({"from_contact": person, "role": roles[key], "to_account": account, "since": since,
                             "note": note})  # fmt: skip
            other = accounts[(number * 7 + 11) % len(accounts)]
            if other is not account:
                key = ("supplier", "partner", "reseller", "competitor")[number % 4]
                rows.append({"from_account": other, "role": roles[key], "to_account": account})
        rows += [{"from_contact": one, "role": roles["spouse"], "to_contact": two} for one, two in homes]
        ended = {"until": self.today - timedelta(200), "since": self.today - timedelta(900)}
        rows += [{"from_contact": contacts[n + 60], "role": roles["buyer"], "to_account": accounts[n], **ended}
                 for n in range(6)]  # fmt: skip
        self.make("relationship", rows)

    def events(self, accounts: Sequence[Any], contacts: Sequence[Any]) -> None:
        model: Any = registry.entity("life_event_kind").model_class
        kinds = {kind.key: kind for kind in model._default_manager.all()}
        rows = [{"account": a, "kind": kinds[("contract_ends", "new_branch", "new_manager")[n % 3]],
                 "on": self.today + timedelta(self.dice.randrange(-60, 90))}
                for n, a in enumerate(accounts[:30])]  # fmt: skip
        rows += [{"contact": c, "kind": kinds[("birthday", "moved", "new_job")[n % 3]],
                  "on": self._day(n), "yearly": n % 3 == 0} for n, c in enumerate(contacts[:45])]  # fmt: skip
        self.make("life_event", rows)

    def _day(self, number: int) -> date:
        if number % 3 == 0:
            return date(self.dice.randrange(1960, 1998), self.dice.randrange(1, 13), self.dice.randrange(1, 28))
        return self.today - timedelta(self.dice.randrange(1, 700))

    def holdings(self, accounts: Sequence[Any], products: Sequence[Any]) -> None:
        rows = []
        for number, account in enumerate(accounts[:40]):
            product = products[number % len(products)]
            since = self.today - timedelta(self.dice.randrange(200, 1200))
            rows.append({"account": account, "name": product.name, "product_ref": product.pk, "since": since,
                         "quantity": Decimal(self.dice.randrange(1, 9)), "serial": f"SN-{1400 + number}",
                         "until": since + timedelta(1095)})  # fmt: skip
            if number % 4 == 0:
                rows.append({"account": account, "name": self.words["other"], "quantity": Decimal(2)})
        self.make("holding", rows)

    def tags(self, accounts: Sequence[Any]) -> None:
        tags = self.make("tag", [{"name": name, "colour": colour} for name, colour in self.words["tags"]])
        rows = []
        for number, account in enumerate(accounts[:36]):
            rows += [{"tag": tag, "entity": "account", "record_id": account.pk}
                     for tag in {tags[number % 4], tags[number % 3]}]  # fmt: skip
        self.make("tagging", rows)

    def tiers(self, accounts: Sequence[Any]) -> None:
        """From what they bought: the sums are the deals', and the tier tells them."""
        model: Any = registry.entity("account").model_class
        deals: Any = registry.entity("deal").model_class._default_manager
        sums = deals.filter(kind="won").values_list("account").annotate(s=Sum("amount"))
        won = dict(sums.values_list("account", "s"))
        ranked = sorted(accounts, key=lambda a: won.get(a.pk) or 0, reverse=True)
        for place, account in enumerate(ranked):
            tier = "4" if place < 6 else "3" if place < 18 else "2" if place < 36 else "1"
            self._tier(model, account, tier, deals.filter(account=account), won.get(account.pk) or Decimal(0), place)

    def _tier(self, model: Any, account: Any, tier: str, deals: Any, won: Decimal, place: int) -> None:
        count, waiting = deals.filter(kind="won").count(), deals.filter(kind="open").count()
        currency = deals.values_list("currency", flat=True).first() or ""
        bought = formats.money(won, currency, trim=True) if currency else formats.num(won)
        points = round(60 - place * 0.9)
        lines = [
            {"label": self.words["won"], "text": self.words["won_text"].format(sum=bought, n=formats.num(count)),
             "points": points},
            {"label": self.words["open"], "text": formats.num(waiting), "points": 4 * waiting},
            {"label": self.words["size"], "text": self.words["size_text"].format(n=formats.num(account.employees)),
             "points": min((account.employees or 0) // 40, 12)},
        ]  # fmt: skip
        reason = {"by": "demo", "at": timezone.now().isoformat(), "lines": lines,
                  "score": sum(line["points"] for line in lines)}  # fmt: skip
        bulk_update("account", [account.pk], actor=self.actor, values={"tier": tier})
        model._default_manager.filter(pk=account.pk).update(tier_reason=reason)
