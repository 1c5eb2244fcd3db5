"""Asks the web server whether it is ready to serve."""

from __future__ import annotations

import http.client


def ask(port: int, path: str = "/readyz", host: str = "localhost") -> tuple[int, str]:
    """Status and the beginning of the answer; status 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}", "Accept": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return 0, f"nobody answers ({error})"
    finally:
        connection.close()
