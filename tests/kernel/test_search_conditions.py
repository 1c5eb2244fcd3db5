"""What a search asks of the database."""

from dataclasses import replace

from kernel.registry import registry
from kernel.search.conditions import word_condition
from kernel.search.typed import read


def test_of_near_words_that_begin_alike_the_shortest_is_asked_for() -> None:
    account, (word,) = registry.entity("account"), read("پرحسینی").words
    near = ("پورحسینیفر", "برحسینی", "پورحسینی", "پورحسین", "پورحسینینژاد")
    few = word_condition(account, replace(word, near=("برحسینی", "پورحسین")))
    assert word_condition(account, replace(word, near=near)) == few
    assert word_condition(account, word) != few
