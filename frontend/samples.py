"""Made-up people and firms for the style guide, in the language of the page."""

from typing import Any

from django.utils.translation import get_language

from frontend.shell import CreateItem, Language, NavGroup, NavItem, Person, Shell, Workspace

FIRMS = [
    (
        "پتروشیمی لاوان",
        "Lavan Petrochem",
        4,
        "مینا رستمی",
        "Mina Rostami",
        "021 8877 6655",
        2840,
        "تأیید تخفیف ۸٪",
        "Approve 8% discount",
    ),
    (
        "Nordlys A/S",
        "Nordlys A/S",
        3,
        "مینا رستمی",
        "Mina Rostami",
        "+45 33 12 40 08",
        980,
        "پرسش‌نامهٔ فنی",
        "Technical questionnaire",
    ),
    (
        "داروسازی رازین",
        "Razin Pharma",
        3,
        "نیما کاظمی",
        "Nima Kazemi",
        "021 4432 1180",
        760,
        "بازدید کارخانه",
        "Plant visit",
    ),
    (
        "مجتمع تجاری آریان‌پارس و شرکا (هلدینگ)",
        "Aryan Pars Trading Complex and Partners (holding)",
        2,
        "سارا جعفری",
        "Sara Jafari",
        "021 2290 7714",
        315,
        "",
        "",
    ),
    (
        "فولاد زاگرس",
        "Zagros Steel",
        4,
        "مینا رستمی",
        "Mina Rostami",
        "061 3334 9021",
        2150,
        "پیش‌فاکتور نسخهٔ ۲",
        "Quote version 2",
    ),
    (
        "کشت و صنعت کرخه",
        "Karkheh Agro",
        3,
        "سارا جعفری",
        "Sara Jafari",
        "061 4423 5510",
        1120,
        "پاسخ شرایط پرداخت",
        "Payment terms answer",
    ),
    (
        "گلخانه‌های کارون",
        "Karun Greenhouses",
        1,
        "نیما کاظمی",
        "Nima Kazemi",
        "061 5521 7740",
        420,
        "تماس کشف نیاز",
        "Discovery call",
    ),
    (
        "آب منطقه‌ای هراز",
        "Haraz Water Board",
        4,
        "مینا رستمی",
        "Mina Rostami",
        "011 4325 6100",
        1730,
        "امضای صورت‌جلسه",
        "Sign the protocol",
    ),
    (
        "هتل بندر آبی",
        "Blue Harbour Hotel",
        2,
        "نیما کاظمی",
        "Nima Kazemi",
        "011 5219 3388",
        290,
        "فرستادن قرارداد",
        "Send the contract",
    ),
]
LANES = [("شناسایی", "Qualify", 20), ("پیشنهاد", "Propose", 40), ("مذاکره", "Negotiate", 70), ("موفق", "Won", 100)]


def say(fa: str, en: str) -> str:
    return fa if (get_language() or "").startswith("fa") else en


def firms() -> list[dict[str, Any]]:
    return [
        {
            "id": str(i),
            "name": say(fa, en),
            "tier": tier,
            "owner": say(ofa, oen),
            "phone": phone,
            "value": value,
            "step": say(sfa, sen),
        }
        for i, (fa, en, tier, ofa, oen, phone, value, sfa, sen) in enumerate(FIRMS)
    ]


def lanes() -> list[dict[str, Any]]:
    every = firms()
    found = []
    for i, (fa, en, chance) in enumerate(LANES):
        cards = every[i :: len(LANES)]
        found.append(
            {
                "id": str(i),
                "label": say(fa, en),
                "chance": chance,
                "cards": cards,
                "sum": sum(card["value"] for card in cards),
            }
        )
    return found


def sample_shell(current: str, theme: str, code: str) -> Shell:
    def item(fa: str, en: str, icon: str, key: str, here: str = "", count: int | None = None) -> NavItem:
        return NavItem(say(fa, en), f"?page={here}", icon, key, count, current == here, bool(icon))

    mina = say("مینا رستمی", "Mina Rostami")
    firm = say("پمپ‌سازان البرز", "Alborz Pumps")
    return Shell(
        theme=theme,
        language=code,
        languages=[Language("fa", "فارسی", code == "fa"), Language("en", "English", code == "en")],
        workspace=Workspace(firm, firm[0]),
        person=Person(mina, "", "mina@example.com", "#"),
        nav=[
            NavGroup(
                [
                    item("امروز من", "My day", "sun", "M", "kit", 6),
                    item("حساب‌های مشتری", "Accounts", "building-2", "A", "list"),
                    item("مخاطبان", "Contacts", "users", "P", "none"),
                    item("ورود داده", "Import", "file-up", "I", "none"),
                ]
            ),
            NavGroup(
                [
                    item("فرصت‌های فروش", "Deals", "", "D", "board", 14),
                    item("محصولات", "Products", "", "R", "none"),
                ],
                say("فروش", "Sales"),
                "handshake",
            ),
        ],
        create=[
            CreateItem(say("حساب مشتری", "Account"), "#account", "A", "building-2"),
            CreateItem(say("فرصت فروش", "Deal"), "#deal", "D", "handshake"),
        ],
        settings_url="?page=settings",
        notifications_url="#",
        notifications=3,
        palette_url="?part=palette",
    )


def settings_nav() -> list[NavGroup]:
    def here(fa: str, en: str, current: bool = False) -> NavItem:
        return NavItem(say(fa, en), "?page=settings", current=current)

    return [
        NavGroup(
            [here("مشخصات", "Profile"), here("زبان و تقویم", "Language and calendar")], say("سازمان", "Organization")
        ),
        NavGroup(
            [here("ماژول‌ها", "Engines", True), here("اشتراک", "Subscription")],
            say("ماژول و اشتراک", "Engines and billing"),
        ),
        NavGroup([here("کاربران و تیم‌ها", "Users and teams"), here("نقش‌ها", "Roles")], say("افراد", "People")),
    ]


def engines() -> list[dict[str, Any]]:
    price, currency = (3_900_000, "IRR") if say("f", "e") == "f" else (16, "EUR")
    return [
        {
            "name": "sfa",
            "label": say("فروش", "Sales"),
            "tagline": say("از سرنخ تا وصول", "From lead to payment"),
            "icon": "handshake",
            "price": price,
            "currency": currency,
            "features": [
                say("تخته و مراحل با شرط خروج", "Boards with exit criteria"),
                say("پیش‌فاکتور دوزبانه", "Bilingual quotes"),
                say("پیش‌بینی با سنجش دقت", "Forecasts that keep score"),
            ],
        },
        {
            "name": "marketing",
            "label": say("بازاریابی", "Marketing"),
            "tagline": say("به‌جا و با اجازه", "Welcome and with consent"),
            "icon": "megaphone",
            "price": price,
            "currency": currency,
            "features": [
                say("ایمیل، پیامک، نامه، فکس", "E-mail, SMS, letter, fax"),
                say("سفر مشتری با شاخه و هدف", "Journeys with branches and goals"),
                say("باشگاه و امتیاز", "Loyalty club and points"),
            ],
        },
        {
            "name": "support",
            "label": say("پشتیبانی", "Support"),
            "tagline": say("سر وقت، با دلیل", "On time, with the sums shown"),
            "icon": "life-buoy",
            "price": price,
            "currency": currency,
            "features": [
                say("مهلت بر پایهٔ تقویم شمسی", "SLA on your own calendar"),
                say("پایگاه دانش کنار تیکت", "Knowledge beside the ticket"),
                say("مرکز تماس با نمایش مشتری", "Call centre with screen pop"),
            ],
        },
        {
            "name": "analytics",
            "label": say("تحلیل", "Analytics"),
            "tagline": say("عدد با توضیح", "Numbers with reasons"),
            "icon": "chart-column",
            "price": price,
            "currency": currency,
            "features": [
                say("ردهٔ ارزش و ارزش طول عمر", "Value tiers and lifetime value"),
                say("پیشنهاد بعدی برای هر مشتری", "Next best offer per customer"),
                say("کاوش زنده تا خود سفارش", "Live drill down to the order"),
            ],
        },
    ]
