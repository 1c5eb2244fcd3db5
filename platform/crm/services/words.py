"""The words a workspace starts with: roles of relationships and kinds of life events, in both languages."""

from typing import Final

from crm.models import LifeEventKind, RelationshipRole
from kernel.access import Actor
from kernel.records import upsert_records

_INFLUENCE, _WORK, _BUSINESS, _FAMILY = "influence", "work", "business", "family"
#: key, Persian, the other way, English, the other way, group, who, of whom. A word stands before the other's name: on
#: the first one's page "decision maker at: Zagros", on the second one's "decision maker: Sara".
ROLES: Final = (
    ("decision_maker", "تصمیم‌گیرنده در", "تصمیم‌گیرنده", "decision maker at", "decision maker",
     _INFLUENCE, "contact", "account"),
    ("influencer", "اثرگذار در", "اثرگذار", "influencer at", "influencer", _INFLUENCE, "contact", "account"),
    ("champion", "حامی ما در", "حامی ما", "champion at", "champion", _INFLUENCE, "contact", "account"),
    ("opponent", "مخالف در", "مخالف", "opponent at", "opponent", _INFLUENCE, "contact", "account"),
    ("buyer", "خریدار در", "خریدار", "buyer at", "buyer", _INFLUENCE, "contact", "account"),
    ("technical", "رابط فنی در", "رابط فنی", "technical contact at", "technical contact",
     _INFLUENCE, "contact", "account"),
    ("employee", "شاغل در", "کارمند", "works at", "employee", _WORK, "contact", "account"),
    ("manager", "زیرمجموعه", "مدیر", "direct report", "manager", _WORK, "contact", "contact"),
    ("colleague", "همکار", "همکار", "colleague", "colleague", _WORK, "contact", "contact"),
    ("advisor", "مشاور برای", "مشاور", "advisor to", "advisor", _WORK, "any", "any"),
    ("board_member", "عضو هیئت‌مدیره در", "عضو هیئت‌مدیره", "board member of", "board member",
     _WORK, "contact", "account"),
    ("shareholder", "سهام‌دار در", "سهام‌دار", "shareholder of", "shareholder", _BUSINESS, "any", "account"),
    ("partner", "شریک تجاری", "شریک تجاری", "partner", "partner", _BUSINESS, "any", "any"),
    ("supplier", "تأمین برای", "تأمین‌کننده", "supplies", "supplier", _BUSINESS, "any", "any"),
    ("reseller", "نمایندهٔ فروش برای", "نمایندهٔ فروش", "sells for", "reseller", _BUSINESS, "any", "any"),
    ("competitor", "رقیب", "رقیب", "competitor", "competitor", _BUSINESS, "account", "account"),
    ("referrer", "معرفی‌کرده", "معرف", "referred", "referred by", _BUSINESS, "any", "any"),
    ("spouse", "همسر", "همسر", "spouse", "spouse", _FAMILY, "contact", "contact"),
    ("parent", "فرزند", "پدر یا مادر", "child", "parent", _FAMILY, "contact", "contact"),
    ("sibling", "خواهر یا برادر", "خواهر یا برادر", "sibling", "sibling", _FAMILY, "contact", "contact"),
)  # fmt: skip
#: key, Persian, English, comes every year.
LIFE_EVENTS: Final = (
    ("moved", "جابه‌جایی", "Moved", False), ("married", "ازدواج", "Married", False),
    ("child_born", "تولد فرزند", "Child born", False), ("birthday", "زادروز", "Birthday", True),
    ("new_job", "شغل تازه", "New job", False), ("retired", "بازنشستگی", "Retired", False),
    ("founded", "سالگرد تأسیس", "Founding day", True), ("new_branch", "شعبهٔ تازه", "New branch", False),
    ("new_manager", "مدیر تازه", "New manager", False), ("merger", "ادغام شرکت‌ها", "Merger", False),
    ("contract_ends", "پایان قرارداد", "Contract ends", False), ("budget", "بستن بودجه", "Budget is set", True),
)  # fmt: skip


def make_words(*, actor: Actor) -> None:
    """Once; what an organization changed or put away stays as it left it."""
    if not RelationshipRole.everything.exists():
        upsert_records("relationship_role", [_role(row) for row in ROLES], actor=actor, match=())
    if not LifeEventKind.everything.exists():
        names = ("key", "label_fa", "label_en", "yearly")
        rows = [dict(zip(names, row, strict=True)) for row in LIFE_EVENTS]
        upsert_records("life_event_kind", rows, actor=actor, match=())


def _role(row: tuple[str, ...]) -> dict[str, str]:
    names = ("key", "label_fa", "reverse_fa", "label_en", "reverse_en", "group", "from_kind", "to_kind")
    return dict(zip(names, row, strict=True))
