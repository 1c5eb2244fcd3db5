"""A workspace of the reference size, filled by a few statements: names in both scripts, the common ones common."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from kernel.context import Tenant, operator_context, public_context, tenant_context
from tenants import sql
from tests.bench.measure import progress


def words_of(text: str) -> list[str]:
    return text.split()


#: How often a name is drawn falls with its place.
_FIRST = words_of(
    "محمد علی رضا حسین مهدی زهرا فاطمه مریم سارا نگار امیر حسن احمد مینا نیما لیلا پریسا شیوا کاوه بهرام "
    "آرش داریوش کیان یاسمن نازنین الهام سمیه معصومه اکبر اصغر جواد سعید مجید حمید وحید نوید فرهاد فرید "
    "بابک سیاوش پویا پیمان شهرام بهنام هومن کامران آیدا الناز ترانه غزل مهسا ملیکا هانیه ریحانه سپیده "
    "آناهیتا محمدرضا علیرضا امیرحسین محمدعلی"
)
_FIRST_LATIN = words_of(
    "Sara Mina Nima Reza Olga John Ana Lars Peter Maria Anna Thomas Michael Laura Julia Emma Liam Noah "
    "Olivia Sofia Lucas Mia Jonas Erik Ingrid Hans Karl Eva Pedro Carlos Luis Elena Ivan Natalia Marco "
    "Giulia Paolo Chloe Hugo Louis Ahmed Omar Yusuf Fatima Layla Mohammad Ali Hossein Zahra Maryam "
    "Christopher Elizabeth Alexander Katherine William"
)
_LAST = words_of(
    "احمدی محمدی کریمی رضایی حسینی جعفری مرادی موسوی رحیمی قاسمی اکبری صادقی نوری کاظمی عباسی رستمی هاشمی "
    "نجفی ملکی صالحی یوسفی سلیمانی باقری طاهری شریفی قربانی حیدری زارع امینی نظری خسروی سلطانی فرهادی "
    "شیرازی تهرانی اصفهانی تبریزی کرمانی یزدی مشهدی گیلانی همدانی کاشانی قزوینی اراکی زنجانی ساوجی بیات "
    "افشار قاجار زند صفوی پهلوان فولادی آهنگر نجار خیاط صراف بهرامی کیانی پورحسینی علی‌پور حسین‌زاده "
    "رضانژاد محمدیان احمدیان کریمیان داودی ابراهیمی اسماعیلی"
)
_LAST_LATIN = words_of(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hansen Weber Petrova "
    "Ahmadi Karimi Rezaei Hosseini Mohammadi Jafari Moradi Andersen Larsen Nilsson Johansson Schneider "
    "Fischer Meyer Wagner Becker Hoffmann Rossi Russo Ferrari Bianchi Dubois Moreau Laurent Kowalski "
    "Novak Ivanov Smirnov Popov Silva Santos Oliveira Costa Fernandez Lopez Gonzalez Taylor Anderson "
    "Jackson White Harris Thompson Robinson Clark Lewis Walker Young Petersen"
)
_CITIES = words_of("تهران اصفهان شیراز تبریز مشهد کرج اهواز قم رشت یزد Oslo Hamburg Berlin Paris London Dubai")
_TRADES = words_of(
    "فولاد پتروشیمی سیمان صنایع تجارت چاپ نساجی دارو غذا ساختمان نرم‌افزار ترابری معدن شیمی Steel Foods "
    "Logistics Pharma Textile Software Energy Mining Chemicals Electronics Trading Construction Media "
    "Finance Insurance"
)
_HOUSES = words_of(
    "ایران پارس آریا زاگرس البرز خزر کویر سپاهان دماوند Nordic Global Zagros Alborz Caspian Atlas Delta Omega"
)
_ENDS = ["", "", "", "زاده", "نژاد", "پور", "فر", "نیا"]
_ENDS_LATIN = ["", "", "", "son", "berg", "man", "er", "-Jones"]
_JOBS = ["مدیر فروش", "کارشناس خرید", "حسابدار", "Buyer", "Sales Manager", "Director", "Engineer"]

#: An id whose time grows with n, as if one record had come every minute; the rest of it is n itself.
ID = "(lpad(to_hex(1690000000000 + {n} * 60000), 12, '0') || '7000' || '8' || lpad(to_hex({n}), 15, '0'))::uuid"
_HEAD = (
    ID + " AS id, 1 AS version, to_timestamp(1690000000 + {n} * 60) AS created_at,"
    # One in a hundred was changed later than all were made.
    " to_timestamp(1690000000 + {n} * 60 + CASE {n} %% 100 WHEN 0 THEN 70000000 ELSE 0 END) AS updated_at,"
    " (%(owners)s::uuid[])[1 + {n} %% %(owners_n)s] AS owner_id,"
    " {{extra}} AS extra"
)
_COLUMNS = "id, version, created_at, updated_at, owner_id, extra"
_ACCOUNTS = f"""INSERT INTO crm_account ({_COLUMNS}, name, sector, website, phone, email, national_id, country, city,
  address, description) SELECT {_HEAD.format(n="n")}, pick(%(trades)s, 1.6) || ' ' || pick(%(houses)s, 1)
  || CASE n %% 5 WHEN 0 THEN ' ' || pick(%(first)s, 1) ELSE '' END || ' ' || n, pick(%(trades)s, 1),
  'https://www.company' || n || '.example', '+98212' || lpad((n * 37 %% 10000000)::text, 7, '0'),
  'info@company' || n || '.example', lpad((10100000000 + n * 7)::text, 11, '0'), 'Iran', pick(%(cities)s, 1), '', ''
FROM generate_series(1, %(accounts)s::bigint) n"""
_CONTACTS = f"""INSERT INTO crm_contact ({_COLUMNS}, first_name, last_name, name, account_id, job_title, email, phone,
  mobile, city, birthday, gender, marital_status, education, preferred_channel, preferred_language, no_email,
  description) SELECT {_COLUMNS}, f, l,
  f || ' ' || l, {ID.format(n="(1 + n * 13 %% %(accounts)s)")}, pick(%(jobs)s, 1),
  CASE n %% 2 WHEN 0 THEN 'person' || n || '@example.com' ELSE 'p.' || n || '@company' || n %% 200000 || '.example'
  END, '',
  '+98912' || lpad((n * 7919 %% 10000000)::text, 7, '0'), pick(%(cities)s, 1),
  CASE n %% 2 WHEN 0 THEN date '1945-01-01' + (n * 7 %% 22000)::int END, (ARRAY['female', 'male', ''])[1 + n %% 3],
  (ARRAY['single', 'married', '', ''])[1 + n %% 4],
  (ARRAY['school', 'diploma', 'associate', 'bachelor', 'master', 'doctor', ''])[1 + n %% 7],
  (ARRAY['phone', 'email', 'sms', '', ''])[1 + n %% 5], (ARRAY['fa', 'fa', 'en', 'ar', ''])[1 + n / 5 %% 5],
  n %% 50 = 0, ''
FROM (SELECT n, {_HEAD.format(n="n")},
  CASE n %% 3 WHEN 0 THEN pick(%(first_latin)s, 1.8) ELSE pick(%(first)s, 1.8) END AS f,
  CASE n %% 3 WHEN 0 THEN pick(%(last_latin)s, 1.4) || pick(%(ends_latin)s, 1)
    ELSE pick(%(last)s, 1.4) || pick(%(ends)s, 1) END AS l FROM generate_series(1, %(contacts)s::bigint) n) drawn"""
_DEALS = f"""INSERT INTO sfa_deal ({_COLUMNS}, name, reference, account_id, contact_id, pipeline_id, stage_id, kind,
  amount, currency, next_step, lost_reason, description) SELECT {_HEAD.format(n="n")}, pick(%(trades)s, 1) || ' – '
  || pick(%(houses)s, 1) || ' – ' || pick(%(first)s, 1), 'D' || lpad(n::text, 7, '0'),
  {ID.format(n="(1 + n %% %(accounts)s)")}, {ID.format(n="(1 + n %% %(contacts)s)")}, s.pipeline_id, s.id, s.kind,
  n %% 9000, 'EUR', '', '', ''
FROM generate_series(1, %(deals)s::bigint) n JOIN (SELECT id, pipeline_id, kind, row_number() OVER () - 1 AS place,
  count(*) OVER () AS many FROM sfa_stage) s ON s.place = n %% s.many"""
_PICK = """CREATE OR REPLACE FUNCTION {schema}.pick(names text[], slope float8) RETURNS text
  LANGUAGE sql VOLATILE
  AS $$ SELECT names[1 + floor(array_length(names, 1) * power(random(), slope))::int] $$"""
_TABLES = ("crm_account", "crm_contact", "sfa_deal")


def fill_reference(
    tenant: Tenant,
    owners: list[Any],
    *,
    accounts: int,
    contacts: int,
    deals: int,
    extra: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Indexes that hold words are made when the rows are there: a third of the time. `extra` says by table how the
    values of the organization's own fields come from n; `params` are its own.
    """
    names = {
        "first": _FIRST, "first_latin": _FIRST_LATIN, "last": _LAST, "last_latin": _LAST_LATIN, "ends": _ENDS,
        "ends_latin": _ENDS_LATIN, "cities": _CITIES, "trades": _TRADES, "houses": _HOUSES, "jobs": _JOBS,
    }  # fmt: skip
    sizes = {"accounts": accounts, "contacts": contacts, "deals": deals, "owners_n": len(owners)}
    given = {**names, **sizes, **(params or {}), "owners": [str(pk) for pk in owners]}
    with tenant_context(tenant), operator_context(), transaction.atomic():
        words = _word_indexes()
        for name, _definition in words:
            sql.run(f'DROP INDEX "{name}"')
        sql.run(_PICK.format(schema=f'"{tenant.schema}"'))
        sql.run("SET LOCAL maintenance_work_mem = '512MB'")
        for table, statement in zip(_TABLES, (_ACCOUNTS, _CONTACTS, _DEALS), strict=True):
            progress(f"… {table}")
            with connection.cursor() as cursor:
                own = (extra or {}).get(table, "'{}'::jsonb")
                cursor.execute(statement.replace("{extra}", own), given)
        sql.run("SET CONSTRAINTS ALL IMMEDIATE")  # no index is made while rows wait to be checked
        for _name, definition in words:
            progress(f"… {definition[:60]}")
            sql.run(definition)
        sql.run(f'DROP FUNCTION "{tenant.schema}".pick(text[], float8)')
    with public_context():
        for table in _TABLES:
            sql.run(f'VACUUM ANALYZE "{tenant.schema}".{table}')


def _word_indexes() -> list[tuple[str, str]]:
    return list(sql.rows(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s)"
        " AND indexdef LIKE '%%USING gin%%'", [list(_TABLES)],
    ))  # fmt: skip
