"""People are quicker than scripts on a slow line: what they write or press before one has come is not lost."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.e2e.reader import Reader
from tests.e2e.stack import Stack


def test_what_is_done_before_the_scripts_come_counts(stack: Stack, another: Any) -> None:
    stack.sign_up("slow", language="en")
    sara: Reader = another(language="en")
    sara.sign_in("slow", "sara@slow.example")
    with sara.slow_scripts():
        sara.go("/settings/fields/contact/new/?kind=choice")
        rows = sara.on("[name=choice_en]")
        before = rows.count()
        sara.on("[name=label_en]").fill("Card")
        sara.on("pv-sort:not(:defined) [data-add]").click()
        expect(rows).to_have_count(before)
    expect(sara.on("[name=name]")).to_have_attribute("placeholder", re.compile("x_"))
    expect(rows).to_have_count(before + 1)

    with sara.slow_scripts():
        sara.go("/contacts/new/")
        born = sara.on("pv-date:not(:defined)").first
        expect(born).to_be_attached()
        sara.on("pv-date [data-shown]").first.fill("1990-05-01")
        sara.on("pv-relation [role=combobox]").first.fill("Nobody of this name")
    expect(sara.on("pv-date [data-value]").first).to_have_value("1990-05-01")
    expect(sara.on("pv-relation [role=listbox]").first).to_be_visible()
