"""Whose address counts, behind a proxy and without one."""

from typing import Any

import pytest

from config.proxy import RealAddress


def address_seen(
    remote: str, told: str | None, proxies: tuple[str, ...] = ("127.0.0.1", "10.0.0.0/24", "fd00::/8")
) -> Any:
    environ: dict[str, Any] = {"REMOTE_ADDR": remote}
    if told is not None:
        environ["HTTP_X_REAL_IP"] = told
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
        seen.update(environ)
        return []

    RealAddress(application, proxies)(environ, None)
    assert "HTTP_X_REAL_IP" not in seen
    return seen["REMOTE_ADDR"]


@pytest.mark.parametrize("proxy", ["127.0.0.1", "10.0.0.7", "fd00::1"])
def test_a_proxy_of_ours_says_who_asks(proxy: str) -> None:
    assert address_seen(proxy, "203.0.113.9") == "203.0.113.9"
    assert address_seen(proxy, "2001:db8::9") == "2001:db8::9"


@pytest.mark.parametrize("stranger", ["203.0.113.1", "10.0.1.7", "", "unix:"])
def test_nobody_else_is_believed(stranger: str) -> None:
    assert address_seen(stranger, "127.0.0.1") == stranger


@pytest.mark.parametrize("told", [None, "", "unknown", "203.0.113.9, 10.0.0.7", "<script>"])
def test_what_is_no_address_changes_nothing(told: str | None) -> None:
    assert address_seen("127.0.0.1", told) == "127.0.0.1"
