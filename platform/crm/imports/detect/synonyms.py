"""Headings that people write for a field, beside its name and its label in each language.

Data only. Keys are names of fields or of entities; what no installed engine has is simply never asked for.
"""

FIELDS: dict[str, tuple[str, ...]] = {
    "tags": ("tag", "labels", "label", "keywords", "برچسب", "برچسب ها", "تگ", "کلیدواژه"),
    "name": ("title", "full name", "company", "company name", "organization", "نام کامل", "عنوان", "نام شرکت", "شرکت"),
    "first_name": ("given name", "forename", "نام کوچک"),
    "last_name": ("surname", "family name", "نام خانوادگی", "فامیلی"),
    "owner": (
        "sales agent", "agent", "salesperson", "sales rep", "sales representative", "rep", "account manager",
        "account owner", "deal owner", "assigned to", "responsible", "مسئول", "کارشناس فروش", "کارشناس", "فروشنده",
        "بازاریاب", "مالک",
    ),
    "parent": ("subsidiary of", "parent account", "parent company", "belongs to", "holding", "شرکت مادر", "زیرمجموعه"),
    "sector": ("industry", "line of business", "صنعت", "حوزه فعالیت", "زمینه فعالیت", "رسته"),
    "country": ("office location", "location", "nation", "کشور", "محل دفتر"),
    "city": ("town", "شهرستان"),
    "address": ("street", "street address", "mailing address", "نشانی", "آدرس"),
    "phone": ("telephone", "tel", "phone number", "landline", "تلفن", "شماره تلفن", "تلفن ثابت"),
    "mobile": ("cell", "cell phone", "mobile phone", "mobile number", "موبایل", "شماره موبایل", "تلفن همراه", "همراه"),
    "email": ("e-mail", "mail", "email address", "ایمیل", "رایانامه", "پست الکترونیک", "پست الکترونیکی"),
    "website": ("web", "url", "site", "homepage", "domain", "وب سایت", "سایت", "تارنما"),
    "national_id": ("national code", "company id", "registration number", "شناسه ملی", "کد ملی", "شناسه"),
    "employees": ("staff", "headcount", "number of employees", "company size", "تعداد کارکنان", "کارکنان", "پرسنل"),
    "revenue": ("turnover", "annual revenue", "yearly revenue", "sales", "درآمد", "گردش مالی", "فروش سالانه"),
    "year_established": ("established", "founded", "year founded", "foundation year", "سال تاسیس", "تاسیس"),
    "description": ("notes", "note", "comment", "comments", "remarks", "توضیحات", "یادداشت", "شرح", "ملاحظات"),
    "job_title": ("position", "role", "job", "سمت", "عنوان شغلی", "شغل", "پست سازمانی"),
    "birthday": ("birth date", "date of birth", "dob", "تاریخ تولد", "تولد"),
    "reference": (
        "opportunity id", "deal id", "id", "ref", "number", "code", "external id", "شماره", "کد", "شناسه",
        "شماره فرصت", "کد فرصت", "مرجع",
    ),
    "stage": ("deal stage", "sales stage", "status", "state", "مرحله", "مرحله فروش", "وضعیت"),
    "amount": ("close value", "value", "deal value", "price", "total", "deal size", "مبلغ", "ارزش", "قیمت"),
    "opened_on": ("engage date", "start date", "open date", "created", "تاریخ شروع", "تاریخ آغاز", "تاریخ ایجاد"),
    "close_date": ("closing date", "expected close", "expected close date", "end date", "تاریخ بستن", "تاریخ پایان"),
    "probability": ("chance", "likelihood", "احتمال"),
    "next_step": ("next action", "اقدام بعدی", "گام بعدی"),
    "lost_reason": ("loss reason", "reason lost", "علت شکست", "دلیل ازدست رفتن"),
    "unit_price": ("sales price", "price", "list price", "قیمت", "قیمت واحد", "قیمت فروش", "فی"),
    "code": ("sku", "product code", "item number", "کد", "کد کالا", "کد محصول"),
    "series": ("family", "category", "product line", "group", "سری", "خانواده", "گروه", "دسته"),
    "team": ("manager", "sales manager", "supervisor", "group", "department", "تیم", "مدیر", "سرپرست", "گروه"),
    "region": ("regional office", "office", "territory", "area", "منطقه", "دفتر منطقه ای", "ناحیه"),
    "currency": ("ccy", "واحد پول", "ارز"),
}  # fmt: skip

#: What a file calls the thing itself: in its own file that column is the record's title, elsewhere the relation.
ENTITIES: dict[str, tuple[str, ...]] = {
    "account": ("customer", "client", "company", "organization", "مشتری", "شرکت", "سازمان", "حساب", "نام مشتری"),
    "contact": ("person", "contact person", "contact name", "مخاطب", "شخص", "رابط"),
    "deal": ("opportunity", "opportunity name", "deal name", "فرصت", "فرصت فروش", "معامله"),
    "product": ("item", "product name", "goods", "محصول", "کالا", "نام محصول", "نام کالا"),
    "user": ("sales agent", "agent", "employee", "user name", "کاربر", "کارشناس", "کارشناس فروش", "همکار"),
    "team": ("team name", "نام تیم"),
}
