import socket
import stat
from pathlib import Path

from infra.dev import saved


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    first = saved.secret(file)
    assert len(first) > 40
    assert saved.secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_empty_secret_left_by_a_killed_run_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    assert saved.secret(tmp_path / "secret_key")


def test_a_port_is_remembered(tmp_path: Path) -> None:
    port = saved.Ports(tmp_path / "ports.json").choose("postgres")
    assert saved.Ports(tmp_path / "ports.json").choose("postgres") == port


def test_a_taken_port_is_given_up_for_another(tmp_path: Path) -> None:
    port = saved.Ports(tmp_path / "ports.json").choose("postgres")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not saved.is_free(port)
        assert saved.Ports(tmp_path / "ports.json").choose("postgres") != port


def test_a_preferred_port_is_taken_and_two_names_never_share_one(tmp_path: Path) -> None:
    ports = saved.Ports(tmp_path / "ports.json")
    wish = saved.any_free_port()
    assert ports.choose("mail", preferred=wish) == wish
    assert ports.choose("smtp", preferred=wish) != wish


def test_a_damaged_memory_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    assert saved.Ports(tmp_path / "ports.json").choose("postgres")
