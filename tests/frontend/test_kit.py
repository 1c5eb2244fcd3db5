"""The style guide draws every part, in both languages; an error page needs neither database nor session."""

from http import HTTPStatus

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from frontend.templatetags.pv import avatar, bdi, figure, initials, percent_of, tier
from frontend.views.errors import render_error
from frontend.views.kit import kit


def draw(source: str, language: str = "en", **context: object) -> str:
    with translation.override(language):
        return Template("{% load pv %}" + source).render(Context(context))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
@pytest.mark.parametrize(("accept", "direction"), [("fa", 'dir="rtl"'), ("en", 'dir="ltr"')])
def test_error_page_without_database(status: int, accept: str, direction: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": accept})
    response = render_error(request, status)
    assert response.status_code == status
    assert direction in response.content.decode()


def test_error_page_says_what_was_wrong_and_escapes_it() -> None:
    request = RequestFactory().get("/", headers={"accept-language": "en"})
    page = render_error(request, 400, message="<b>no</b>", problems=["first"]).content.decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<li>first</li>" in page


@pytest.mark.parametrize(
    ("name", "letters"), [("Mina Rostami", "MR"), ("مینا رستمی", "م"), ("Nordlys", "N"), ("", "·"), ("(?)", "·")]
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_names_are_escaped() -> None:
    assert "<script>" not in avatar("<script>", "k", label=True)
    assert bdi("<i>") == "<bdi>&lt;i&gt;</bdi>"


def test_tier_is_a_word_too() -> None:
    assert "Diamond" in tier(4)
    assert tier(None) == ""


def test_share_is_an_svg_length() -> None:
    assert percent_of(1, 3) == "33.33%"
    assert percent_of(5, 0) == "100%"


def test_count_that_came_as_text() -> None:
    with translation.override("fa"):
        assert figure("1284") == figure(1284) == "۱٬۲۸۴"


def test_icon_that_the_build_did_not_know_is_no_error() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "no-such-thing" %}')


def test_icons_that_point_are_mirrored() -> None:
    assert "flip" in draw('{% icon "undo-2" %}')
    assert "flip" not in draw('{% icon "clock" %}')


@pytest.mark.parametrize("page", ["kit", "list", "board", "auth", "settings", "console", "landing"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_style_guide_draws(page: str, language: str) -> None:
    with translation.override(language):
        response = kit(RequestFactory().get("/kit/", {"page": page}))
    assert isinstance(response, HttpResponse)
    assert response.status_code == HTTPStatus.OK
    page_text = response.content.decode()
    assert f'lang="{language}"' in page_text
    assert 'style="' not in page_text
    assert "<script>" not in page_text
