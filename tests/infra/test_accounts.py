import os
from pathlib import Path

import pytest

from infra.dev.accounts import MYSELF, Account, database_account
from infra.dev.problems import Problem

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand a process to another account")


def test_an_ordinary_user_runs_the_database_itself(tmp_path: Path) -> None:
    assert database_account(tmp_path / "pg", uid=1000) == MYSELF


def test_root_hands_it_to_nobody(tmp_path: Path) -> None:
    account = database_account(tmp_path / "pg", uid=0)
    assert account.is_other
    assert account.user != 0
    assert account.extra_groups == []


def test_data_of_another_user_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="belongs to another user"):
        database_account(tmp_path, uid=tmp_path.stat().st_uid + 1)


@as_root
def test_root_stays_with_whoever_made_the_data(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    assert database_account(tmp_path, uid=0) == Account(12345, 12345)


@as_root
def test_a_private_folder_on_the_way_is_seen(tmp_path: Path) -> None:
    nobody = database_account(tmp_path / "pg", uid=0)
    tmp_path.chmod(0o700)
    assert not nobody.reaches(tmp_path)
    assert MYSELF.reaches(tmp_path)
