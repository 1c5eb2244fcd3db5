"""`python -m infra.dev.mailsink --folder var/mail --smtp 1025 --page 8025`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import threading
from contextlib import suppress
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.dev.mailsink.store import Store
from infra.dev.mailsink.web import servers
from infra.dev.saved import local_addresses

LARGEST = 50 * 1024 * 1024


class Keeper:
    """Accepts everything for everybody."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        self.store.keep(content if isinstance(content, bytes) else content.encode(), envelope.rcpt_tos)
        return "250 Kept, not delivered"


async def serve(store: Store, smtp: int, page: int) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    keeper = Keeper(store)
    mail = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="localhost", loop=loop),
        "127.0.0.1",
        smtp,
    )
    web = servers(store, local_addresses(), page)
    for one in web:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    await stopped.wait()
    mail.close()
    for one in web:
        one.shutdown()
        one.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailsink", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp", type=int, required=True)
    parser.add_argument("--page", type=int, required=True)
    asked = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(Store(asked.folder), asked.smtp, asked.page))


if __name__ == "__main__":
    main()
