"""What is a match, how good it is, and which letters it was: without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.search.layouts import other_layout
from kernel.search.marks import pieces
from kernel.search.matching import Said, Tier, judge
from kernel.search.near import mistakes_allowed, prefix_distance, words_in
from kernel.search.typed import read
from kernel.text.folding import fold

CONTACT = [
    Said("name", "text", fold("سارا احمدی")), Said("email", "email", "sara.ahmadi@acme.com"),
    Said("mobile", "phone", "+989121234567"),
]  # fmt: skip
LETTERS = st.text("abcسار ی‌۱1@.-", max_size=14)


@pytest.mark.parametrize(
    ("typed", "tier"),
    [
        ("سارا احمدی", Tier.EXACT), ("سارا احم", Tier.TITLE), ("احمدی سارا", Tier.WORD), ("حمدی", Tier.INSIDE),
        ("sara.ahmadi@acme.com", Tier.EXACT), ("sara.ahm", Tier.WORD), ("acme", Tier.WORD), ("cme", Tier.INSIDE),
        ("09121234567", Tier.EXACT), ("+98 912 123 4567", Tier.EXACT), ("۰۹۱۲۱۲۳۴۵۶۷", Tier.EXACT),
        ("00989121234567", Tier.EXACT), ("0912 123 45 67", Tier.EXACT), ("(0912) 123-4567", Tier.EXACT),
        ("4567", Tier.INSIDE), ("1234567", Tier.INSIDE), ("0912", Tier.INSIDE), ("س", Tier.TITLE), ("اح", Tier.WORD),
        ("ار", None), ("سارا رضایی", None), ("09121234568", None),
    ],
)  # fmt: skip
def test_how_well_it_answers(typed: str, tier: Tier | None) -> None:
    verdict = judge(read(typed), CONTACT, "name")
    assert (verdict and verdict.tier) == tier


@given(st.lists(LETTERS, min_size=1, max_size=3), LETTERS)
def test_every_word_must_be_somewhere(texts: list[str], typed: str) -> None:
    said = [Said(f"f{n}", "text", fold(text)) for n, text in enumerate(texts)]
    asked = read(typed)

    def holds(word: str, text: str) -> bool:
        return word in text if len(word) >= 3 else f" {word}" in f" {text}"

    naive = all(any(holds(form, one.text) for one in said for form in word.forms) for word in asked.words)
    assert (judge(asked, said, "f0") is not None) == naive


@given(LETTERS, LETTERS)
def test_marking_keeps_the_text(text: str, typed: str) -> None:
    forms = [form for word in read(typed).words for form in word.forms]
    marked = pieces(text, forms)
    assert "".join(part for part, _hit in marked) == text
    assert all(fold(part) or part.isspace() for part, hit in marked if hit) or not text.strip()


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("پمپ‌سازان كرج", "کرج", ["كرج"]), ("Élan Vital", "elan", ["Élan"]), ("Sara Sarabi", "sara", ["Sara", "Sara"]),
        ("Rosara", "sara", ["sara"]), ("علی‌پور", "علی پور", ["علی", "پور"]), ("Zagros", "x", []),
    ],
)  # fmt: skip
def test_letters_that_answered_are_marked(text: str, typed: str, marked: list[str]) -> None:
    assert [part for part, hit in pieces(text, [w.text for w in read(typed).words]) if hit] == marked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sghl", "سلام"),
        ("ughd", "علای"),
        ("lpln", "محمد"),
        ("سشقش", "sara"),
        ("شؤئث", "avme"),
        ("123", ""),
        ("sara سارا", ""),
    ],
)
def test_the_other_keyboard(typed: str, meant: str) -> None:
    assert other_layout(typed) == meant


@pytest.mark.parametrize(
    ("typed", "word", "far"),
    [
        ("sara", "sara", 0), ("sra", "sara", 1), ("saar", "sara", 1), ("saraa", "sara", 1), ("sata", "sara", 1),
        ("moham", "mohammad", 0), ("mohamad", "mohammad", 1), ("محمذ", "محمدی", 1), ("احدمی", "احمدی", 1),
        ("پرحسینی", "پورحسینی", 1), ("xyz", "sara", 3),
    ],
)  # fmt: skip
def test_letters_that_are_wrong(typed: str, word: str, far: int) -> None:
    assert prefix_distance(typed, word) == far


def test_short_words_forgive_less() -> None:
    assert [mistakes_allowed("x" * n) for n in (1, 2, 3, 5, 6, 9)] == [0, 0, 1, 1, 2, 2]


def test_words_worth_remembering() -> None:
    assert words_in("شرکت پمپ‌سازان (Zagros) 4444 A1 de") == {"شرکت", "پمپ", "سازان", "zagros"}
