from pathlib import Path

from infra.dev.stamps import Stamp, digest


def test_digest_follows_contents_names_and_words(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("a==1")
    first = digest([lock], "3.11")
    assert digest([lock], "3.11") == first
    assert digest([lock], "3.12") != first
    lock.write_text("a==2")
    assert digest([lock], "3.11") != first


def test_digest_walks_folders_and_sees_a_renamed_file(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    page = tmp_path / "inner" / "page.html"
    page.write_text("x")
    first = digest([tmp_path])
    page.rename(page.with_name("other.html"))
    assert digest([tmp_path]) != first


def test_a_stamp_is_worth_nothing_without_what_it_stands_for(tmp_path: Path) -> None:
    made = tmp_path / "dist"
    stamp = Stamp(tmp_path / "stamps" / "build", made=made)
    assert not stamp.holds("1")
    stamp.write("1")
    assert not stamp.holds("1")
    made.mkdir()
    assert stamp.holds("1")
    assert not stamp.holds("2")
    stamp.drop()
    assert not stamp.holds("1")
