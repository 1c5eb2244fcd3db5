"""Currencies that people here meet: ISO code → decimals, sign before the number in English, names."""

from __future__ import annotations

from typing import NamedTuple


class Currency(NamedTuple):
    code: str
    decimals: int
    sign: str
    name_en: str
    name_fa: str
    words: tuple[str, ...] = ()  # more names to read, already folded


_TABLE = (
    Currency("IRR", 0, "", "Rial", "ریال", ("rials", "rls")),
    Currency("EUR", 2, "€", "Euro", "یورو", ("euros",)),
    Currency("USD", 2, "$", "US dollar", "دلار", ("dollar", "dollars", "دلار امریکا", "us$")),
    Currency("GBP", 2, "£", "Pound sterling", "پوند", ("pound", "pounds")),
    Currency("AED", 2, "", "UAE dirham", "درهم", ("dirham", "dirhams", "درهم امارات")),
    Currency("TRY", 2, "₺", "Turkish lira", "لیر", ("lira", "لیره")),
    Currency("CNY", 2, "CN¥", "Yuan", "یوان", ("rmb",)),
    Currency("RUB", 2, "₽", "Ruble", "روبل"),
    Currency("IQD", 0, "", "Iraqi dinar", "دینار عراق", ("دینار",)),
    Currency("AFN", 2, "؋", "Afghani", "افغانی"),
    Currency("OMR", 3, "", "Omani rial", "ریال عمان"),
    Currency("QAR", 2, "", "Qatari riyal", "ریال قطر"),
    Currency("SAR", 2, "", "Saudi riyal", "ریال عربستان"),
    Currency("KWD", 3, "", "Kuwaiti dinar", "دینار کویت"),
    Currency("BHD", 3, "", "Bahraini dinar", "دینار بحرین"),
    Currency("CHF", 2, "", "Swiss franc", "فرانک سوئیس", ("franc",)),
    Currency("CAD", 2, "CA$", "Canadian dollar", "دلار کانادا"),
    Currency("AUD", 2, "A$", "Australian dollar", "دلار استرالیا"),
    Currency("JPY", 0, "¥", "Yen", "ین"),
    Currency("KRW", 0, "₩", "Won", "وون"),
    Currency("INR", 2, "₹", "Indian rupee", "روپیه", ("rupee", "rupees")),
    Currency("PKR", 2, "", "Pakistani rupee", "روپیهٔ پاکستان"),
    Currency("AMD", 2, "", "Dram", "درام"),
    Currency("AZN", 2, "₼", "Manat", "منات"),
    Currency("GEL", 2, "₾", "Lari", "لاری"),
    Currency("KZT", 2, "₸", "Tenge", "تنگه"),
    Currency("SEK", 2, "", "Swedish krona", "کرون سوئد"),
    Currency("NOK", 2, "", "Norwegian krone", "کرون نروژ"),
    Currency("DKK", 2, "", "Danish krone", "کرون دانمارک"),
)

CURRENCIES: dict[str, Currency] = {currency.code: currency for currency in _TABLE}

# Law and banks count in Rial, people in Toman. A redenomination is voted but not in force: this is its one place.
RIALS_PER_TOMAN = 10
TOMAN_NAMES = {"fa": "تومان", "en": "Toman"}
TOMAN_WORDS = ("تومان", "تومن", "toman", "tomans", "irt")
