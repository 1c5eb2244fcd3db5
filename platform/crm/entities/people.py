"""Accounts (organizations and households) and contacts."""

from typing import Final

from babel import Locale
from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.entities.shared import EVERYONE, STAMPS, TAGS
from kernel.registry import Entity, F, Listed, Section

LANGUAGES: Final = ("fa", "en", "ar", "az", "ckb", "de", "es", "fr", "hy", "it", "ru", "tr", "zh")
ZONES: Final = (
    "Asia/Tehran", "Asia/Baghdad", "Asia/Kabul", "Asia/Dubai", "Asia/Baku", "Asia/Yerevan", "Asia/Riyadh",
    "Asia/Kuwait", "Asia/Qatar", "Asia/Karachi", "Asia/Kolkata", "Asia/Ashgabat", "Asia/Tashkent", "Asia/Dushanbe",
    "Asia/Almaty", "Asia/Shanghai", "Asia/Tokyo", "Asia/Seoul", "Asia/Singapore", "Europe/Istanbul", "Europe/Moscow",
    "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Rome", "Europe/Madrid", "Europe/Vienna",
    "Europe/Stockholm", "Europe/Kyiv", "Africa/Cairo", "Africa/Johannesburg", "Australia/Sydney", "America/New_York",
    "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto", "America/Sao_Paulo", "UTC",
)  # fmt: skip


def _language_name(code: str) -> str:
    reader = Locale.parse((get_language() or "en").partition("-")[0])
    return str(reader.languages.get(code, code))


_named = lazy(_language_name, str)

account = Entity(
    name="account",
    plural="accounts",
    model="crm.Account",
    label=_("Account"),
    label_plural=_("Accounts"),
    icon="building-2",
    fields=(
        "name", "kind", "tier", "owner", F("parent", target="account"), "industry", "sector", "size",
        F("phone", kind="phone"), "email", "website", F("national_id", kind="legal_id"), "registration_number",
        "economic_code", "country", "city", "address", "employees", "revenue", "year_established", "description",
        F("picture_id", in_list=False), *STAMPS,
    ),
    columns=("name", "sector", "city", "phone", "owner", "employees", "revenue"),
    match=("name", "national_id", "email", "phone", "registration_number"),
    filters=(
        "name", "kind", "tier", "owner", "industry", "sector", "size", "country", "city", "parent", "phone", "email",
        "employees", "revenue", "year_established", "created_at", "updated_at",
    ),
    asides=(TAGS,),
    sort="name",
    glance=("sector", "city", "phone", "website", "email", "owner"),
    layout=(
        Section(_("Who they are"), ("name", "kind", "parent", "industry", "sector", "tier", "owner")),
        Section(_("How to reach them"), ("phone", "email", "website", "country", "city", "address")),
        Section(
            _("Figures"),
            ("size", "employees", "revenue", "year_established", "national_id", "registration_number", "economic_code"),
        ),
        Section(_("Notes"), ("description",)),
    ),
    prepare="crm.services.customers.prepare_customer",
    after="crm.services.customers.after_account",
    listed_by=(Listed("parent", ("name", "city")),),
    levels=EVERYONE,
    search_fields=("name", "phone", "email", "website", "national_id"),
    empty_hint=_("An account is an organization you sell to or work with, or a household."),
)  # fmt: skip

contact = Entity(
    name="contact",
    plural="contacts",
    model="crm.Contact",
    label=pgettext_lazy("person", "Contact"),
    label_plural=pgettext_lazy("people", "Contacts"),
    icon="users",
    fields=(
        "name", "first_name", "last_name", "tier", "owner", F("account", target="account"), "job_title",
        F("household", target="account"), "email", F("phone", kind="phone"), F("mobile", kind="phone"), "city",
        "birthday", "gender", "marital_status", "education", "profession", F("national_id", kind="national_id"),
        "preferred_channel",
        F("preferred_language", kind="choice", choices=tuple((code, _named(code)) for code in LANGUAGES)),
        F("time_zone", kind="choice", choices=tuple((zone, zone) for zone in ZONES)),
        "no_calls", "no_email", "no_sms", "no_post", "description", F("picture_id", in_list=False), *STAMPS,
    ),
    columns=("name", "account", "job_title", "mobile", "email", "owner"),
    match=("email", "mobile", "phone", "name", "national_id"),
    filters=(
        "name", "tier", "owner", "account", "household", "job_title", "email", "phone", "mobile", "city", "birthday",
        "gender", "marital_status", "education", "profession", "preferred_channel", "preferred_language", "no_calls",
        "no_email", "no_sms", "no_post", "created_at", "updated_at",
    ),
    asides=(TAGS,),
    sort="name",
    glance=("job_title", "account", "mobile", "phone", "email", "owner"),
    layout=(
        Section(_("Who they are"), ("first_name", "last_name", "account", "job_title", "household", "tier", "owner")),
        Section(_("How to reach them"), ("mobile", "phone", "email", "city")),
        Section(
            _("How they wish to be reached"),
            ("preferred_channel", "preferred_language", "time_zone", "no_calls", "no_email", "no_sms", "no_post"),
        ),
        Section(
            _("About the person"),
            ("birthday", "gender", "marital_status", "education", "profession", "national_id", "description"),
        ),
    ),
    prepare="crm.services.contacts.prepare_contact",
    after="crm.services.customers.after_contact",
    listed_by=(
        Listed("account", ("name", "job_title", "phone", "email")),
        Listed("household", ("name", "birthday"), _("People in the household"), when=("kind", "household")),
    ),
    levels=EVERYONE,
    search_fields=("name", "email", "phone", "mobile", "account"),
    empty_hint=_("A contact is a person, usually at one of your accounts."),
)  # fmt: skip
