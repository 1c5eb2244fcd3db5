"""The two pages. Everything from a mail is escaped; its HTML is shown only inside a sandboxed frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from infra.dev.mailsink.store import Mail
from infra.dev.mailsink.words import Words

STYLE = Path(__file__).with_name("style.css")
ADDRESS = re.compile(r"https?://[^\s<>\"']+")
TRAILING = ".,;:!?)]}»،؛؟"


def link_addresses(text: str) -> str:
    """Escaped text, with its web addresses made clickable; the full stop behind one is not part of it."""
    pieces, end = [], 0
    for found in ADDRESS.finditer(text):
        address = found[0].rstrip(TRAILING)
        link = f'<a href="{escape(address)}" dir="ltr" target="_blank" rel="noopener noreferrer">{escape(address)}</a>'
        pieces += [escape(text[end : found.start()]), link]
        end = found.start() + len(address)
    return "".join([*pieces, escape(text[end:])])


def page(words: Words, title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{words.language}" dir="{words.direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="/style.css"></head><body><main>{body}</main></body></html>'
    )


def listing(words: Words, mails: Sequence[Mail], wanted: str) -> str:
    rows = "".join(f"<li>{_row(words, mail)}</li>" for mail in mails)
    nothing = words.none_found if wanted else words.empty
    body = (
        f'<h1>{words.title}</h1><p class="soft">{words.explanation}</p><form role="search">'
        f'<input type="search" name="to" dir="auto" value="{escape(wanted)}" placeholder="{words.placeholder}" '
        f'aria-label="{words.placeholder}"><button>{words.search}</button></form>'
        + (f'<ul class="list">{rows}</ul>' if rows else f'<p class="empty soft">{nothing}</p>')
    )
    return page(words, words.title, body)


def _row(words: Words, mail: Mail) -> str:
    to = ", ".join(mail.recipients)
    return (
        f'<a href="/mail/{mail.key}"><b dir="auto">{escape(mail.subject or words.no_subject)}</b>'
        f'<time class="soft" dir="ltr" datetime="{mail.at.isoformat()}">{mail.at:%Y-%m-%d %H:%M}</time>'
        f'<span class="to soft"><bdi>{escape(to)}</bdi></span></a>'
    )


def reading(words: Words, mail: Mail) -> str:
    subject = mail.subject or words.no_subject
    facts = [(words.sender, mail.sender), (words.recipient, ", ".join(mail.recipients)),
             (words.date, f"{mail.at:%Y-%m-%d %H:%M:%S}")]  # fmt: skip
    if mail.attachments:
        facts.append((words.attachments, ", ".join(mail.attachments)))
    body = [f'<p><a href="/">{words.back}</a></p><h1 dir="auto">{escape(subject)}</h1>', _facts(facts)]
    if mail.text:
        body.append(f'<h2>{words.text}</h2><pre dir="auto">{link_addresses(mail.text)}</pre>')
    if mail.html:
        # No allow-scripts and no allow-same-origin: what a mail brings along can do nothing to this page.
        body.append(
            f'<h2>{words.page}</h2><iframe title="{words.page}" src="/mail/{mail.key}/html" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        )
    headers = ((name, str(value)) for name, value in mail.message.items())
    body.append(f'<h2>{words.headers}</h2>{_facts(headers)}<p><a href="/mail/{mail.key}/source">{words.source}</a></p>')
    return page(words, subject, "".join(body))


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    inner = "".join(f"<dt>{escape(name)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for name, value in rows)
    return f"<dl>{inner}</dl>"


def missing(words: Words) -> str:
    return page(words, words.missing, f'<h1>{words.missing}</h1><p><a href="/">{words.back}</a></p>')
