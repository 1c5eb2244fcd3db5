"""When the virtual environment is kept, and when it is made anew."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.dev import python_env


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a folder" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    monkeypatch.setattr(python_env, "VENV", folder)
    monkeypatch.setattr(python_env, "PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(python_env, "_has", lambda module: True)
    return folder


def test_a_sound_one_is_kept(environment: Path) -> None:
    assert python_env._works()


def test_none_is_made(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_env, "PYTHON", environment / "bin" / "nothing")
    assert not python_env._works()


def test_a_moved_one_is_made_anew(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = environment.rename(environment.with_name("moved"))
    monkeypatch.setattr(python_env, "VENV", moved)
    monkeypatch.setattr(python_env, "PYTHON", moved / "bin" / "python")
    assert not python_env._works()


def test_one_whose_python_went_away_is_made_anew(environment: Path) -> None:
    for link in (environment / "bin").glob("python*"):
        link.unlink()
    (environment / "bin" / "python").symlink_to("/nowhere/python3.11")
    assert not python_env._works()
