"""The page's words. It runs without Django, so they stand here and not in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    language: str
    direction: str
    title: str
    explanation: str
    search: str
    placeholder: str
    empty: str
    none_found: str
    sender: str
    recipient: str
    subject: str
    date: str
    no_subject: str
    text: str
    page: str
    attachments: str
    headers: str
    source: str
    back: str
    missing: str


ENGLISH = Words(
    "en", "ltr", "Mail", "Nothing leaves this machine: every e-mail that Peyvand sends is kept here.",
    "Search", "Recipient", "No mail has been sent yet. Invite a colleague, and her invitation appears here.",
    "No mail to this recipient.", "From", "To", "Subject", "Date", "(no subject)", "Text", "As designed",
    "Attachments", "All headers", "Source", "All mail", "This mail is not here.",
)  # fmt: skip
PERSIAN = Words(
    "fa", "rtl", "ایمیل‌ها", "هیچ ایمیلی از این دستگاه بیرون نمی‌رود؛ همهٔ ایمیل‌های پیوند اینجا نگه داشته می‌شود.",
    "جستجو", "گیرنده", "هنوز ایمیلی ارسال نشده است. همکاری را دعوت کنید تا دعوت‌نامه‌اش اینجا دیده شود.",
    "ایمیلی برای این گیرنده پیدا نشد.", "فرستنده", "گیرنده", "موضوع", "تاریخ", "(بدون موضوع)", "متن", "با طرح",
    "پیوست‌ها", "همهٔ سرآیندها", "متن خام", "همهٔ ایمیل‌ها", "این ایمیل پیدا نشد.",
)  # fmt: skip


def choose(accept_language: str) -> Words:
    """By the header's own order of wish; quality values are rare enough to be read in their written order."""
    for wish in accept_language.lower().split(","):
        if wish.strip().startswith("fa"):
            return PERSIAN
        if wish.strip().startswith("en"):
            return ENGLISH
    return ENGLISH
