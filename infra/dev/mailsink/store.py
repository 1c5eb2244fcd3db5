"""The kept mails: one .eml file each, named by the moment of arrival, so that names sort by time."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property
from pathlib import Path

NAME = re.compile(r"\d{20}-\d{6}")
ENVELOPE = "X-Envelope-To"


@dataclass(frozen=True)
class Mail:
    file: Path

    @property
    def key(self) -> str:
        return self.file.stem

    @cached_property
    def message(self) -> EmailMessage:
        with self.file.open("rb") as stream:
            return BytesParser(EmailMessage, policy=policy.default).parse(stream)

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(int(self.key[:20]) / 1e9).astimezone()

    @property
    def sender(self) -> str:
        return str(self.message.get("From", ""))

    @property
    def recipients(self) -> list[str]:
        """Of the envelope: who would have got it, blind copies too."""
        return [one.strip() for one in str(self.message.get(ENVELOPE, "")).split(",") if one.strip()]

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @cached_property
    def text(self) -> str:
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        return self._part("html")

    @property
    def attachments(self) -> list[str]:
        return [part.get_filename() or part.get_content_type() for part in self.message.iter_attachments()]

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        if part is None:
            return ""
        try:
            return str(part.get_content())
        except (LookupError, UnicodeError):  # a character set nobody knows: show what can be shown
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else str(payload)


class Store:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, content: bytes, recipients: list[str]) -> Mail:
        name = f"{time.time_ns():020d}-{next(self.numbers) % 1_000_000:06d}"
        names = ", ".join(re.sub(r"[\r\n,]", " ", one) for one in recipients)
        draft = self.folder / f"{name}.draft"
        draft.write_bytes(f"{ENVELOPE}: {names}\r\n".encode() + content)
        target = draft.with_suffix(".eml")
        os.replace(draft, target)
        return Mail(target)

    def get(self, key: str) -> Mail | None:
        """The key comes from an address line, so it must look like one of ours before it becomes a file name."""
        file = self.folder / f"{key}.eml"
        return Mail(file) if NAME.fullmatch(key) and file.is_file() else None

    def find(self, recipient: str = "", limit: int = 200) -> list[Mail]:
        """The newest first; `recipient` is a part of an address."""
        return list(itertools.islice(self._matching(recipient.strip().casefold()), limit))

    def _matching(self, wanted: str) -> Iterator[Mail]:
        for file in sorted(self.folder.glob("*.eml"), reverse=True):
            mail = Mail(file)
            if not wanted or any(wanted in one.casefold() for one in mail.recipients):
                yield mail
