from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Engine
from django.utils import timezone

from frontend.templatetags import l10n
from kernel.formats import Locale, use_locale


@pytest.fixture(autouse=True)
def persian() -> Iterator[None]:
    with use_locale(Locale.default("fa")):
        yield


def test_ago_carries_the_exact_moment() -> None:
    moment = timezone.now() - timedelta(days=3)
    html = str(l10n.ago(moment))
    assert html.startswith(f'<time datetime="{moment.astimezone(UTC).isoformat(timespec="seconds")}" title="')
    assert "، ساعت " in html
    assert html.endswith(">۳ روز پیش</time>")


def test_phone_is_isolated_and_escaped() -> None:
    assert l10n.phone("+989120000012") == '<bdi dir="ltr">۰۹۱۲ ۰۰۰ ۰۰۱۲</bdi>'
    assert "<script" not in str(l10n.phone("<script>"))


def test_nothing_and_nonsense_show_as_nothing() -> None:
    for show in (l10n.num, l10n.compact, l10n.pct, l10n.money, l10n.money_bare, l10n.money_compact, l10n.date_short,
                 l10n.date_long, l10n.datetime_, l10n.time, l10n.ago, l10n.digits, l10n.filesize,
                 l10n.phone):  # fmt: skip
        assert show(None) == ""
    assert l10n.num("") == ""  # type: ignore[arg-type]  # what a template hands over for a missing variable


def test_values() -> None:
    moment = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert l10n.num(1250) == "۱٬۲۵۰"
    assert l10n.money(12500, "IRR") == "۱٬۲۵۰ تومان"
    assert l10n.money_bare(12500, "IRR") + " " + l10n.money_unit("IRR") == "۱٬۲۵۰ تومان"
    assert l10n.date_short(moment) == "۱۴۰۵/۰۹/۰۲"
    assert l10n.time(moment) == "۱۴:۳۰"
    assert l10n.filesize(2048) == "۲ کیلوبایت"


def test_library_loads_and_keeps_djangos_own_tags() -> None:
    engine = Engine(libraries={"l10n": "frontend.templatetags.l10n"})
    t = engine.from_string("{% load l10n %}{{ n|num }} {{ n|unlocalize }}{% localize off %} {{ n }}{% endlocalize %}")
    assert t.render(Context({"n": 1250})) == "۱٬۲۵۰ 1250 1250"
    assert engine.from_string("{% load l10n %}{{ x.y|money:'IRR' }}").render(Context({})) == ""
