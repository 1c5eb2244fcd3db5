"""Who asks, where a reverse proxy stands in between: the address it names, believed from our own proxies only."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

Application = Callable[..., Iterable[bytes]]
HEADER = "HTTP_X_REAL_IP"


class RealAddress:
    """WSGI: limits and the audit count by REMOTE_ADDR, which would be the proxy's for everybody.

    From anybody else the header is what a stranger says of himself, so it is taken away.
    """

    def __init__(self, application: Application, proxies: Iterable[str]) -> None:
        self.application = application
        self.proxies: list[IPv4Network | IPv6Network] = [ip_network(one) for one in proxies]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told = environ.pop(HEADER, "")
        if told and self._is_ours(environ.get("REMOTE_ADDR", "")) and _is_address(told):
            environ["REMOTE_ADDR"] = told
        return self.application(environ, start_response)

    def _is_ours(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self.proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
