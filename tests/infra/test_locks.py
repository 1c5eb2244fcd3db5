from pathlib import Path

from infra.dev import locks


def test_the_second_is_refused_and_sees_who_holds_it(tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    assert not locks.is_held(file)
    with locks.exclusive(file, "12 8000") as first:
        assert first
        assert locks.is_held(file)
        with locks.exclusive(file, "13 8100") as second:
            assert not second
        assert file.read_text() == "12 8000"
    assert not locks.is_held(file)
