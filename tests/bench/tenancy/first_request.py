"""One page asked of a process that has just started; a program of its own, run by tests.bench.tenancy.requests."""

import json
import sys
import time
from importlib import import_module


def main(host: str, cookie: str, path: str) -> None:
    import_module("config.wsgi")  # what gunicorn loads before it serves
    from django.conf import settings
    from django.test import Client

    client = Client(HTTP_HOST=host)
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    begin = time.perf_counter()
    response = client.get(path)
    seconds = time.perf_counter() - begin
    if response.status_code != 200:
        raise SystemExit(f"{path} answers {response.status_code}")
    sys.stdout.write(json.dumps({"first": seconds * 1000}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
